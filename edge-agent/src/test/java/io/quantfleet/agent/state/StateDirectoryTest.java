package io.quantfleet.agent.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.agent.AgentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
    @TempDir
    Path parent;

    @Test
    void createsADirectoryThatOnlyItsOwnerCanRead() throws IOException {
        Path root = parent.resolve("new/state");

        try (StateDirectory directory = StateDirectory.open(root)) {
            DurableFiles.write(directory.file("secret"), new byte[] {1});
        }

        assertThat(Files.getPosixFilePermissions(root)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(Files.getPosixFilePermissions(root.resolve("secret")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void canBeOpenedAgainAfterItWasClosed() throws IOException {
        StateDirectory.open(parent).close();

        StateDirectory.open(parent).close();

        assertThat(Files.readString(parent.resolve("VERSION"))).isEqualTo(StateDirectory.STAMP + "\n");
    }

    @Test
    void refusesToBeOpenedTwice() throws IOException {
        try (StateDirectory first = StateDirectory.open(parent)) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> StateDirectory.open(parent))
                    .isInstanceOf(AgentException.class)
                    .hasMessageContaining("in use by another agent");
        }
    }

    @Test
    void refusesAnotherVersion() throws IOException {
        Files.writeString(parent.resolve("VERSION"), "quantfleet-agent-state 99\n");

        assertThatThrownBy(() -> StateDirectory.open(parent))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("quantfleet-agent-state 99");
    }

    @Test
    void refusesADirectoryWithSomethingElseInIt() throws IOException {
        Files.writeString(parent.resolve("holiday.jpg"), "");

        assertThatThrownBy(() -> StateDirectory.open(parent))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("not an agent's");
        assertThat(parent.resolve("VERSION")).doesNotExist();
    }

    @Test
    void refusesWhatIsNotADirectory() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "");

        assertThatThrownBy(() -> StateDirectory.open(file))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void aHalfWrittenFileIsNotInTheWay() throws IOException {
        Path file = parent.resolve("journal");
        DurableFiles.write(file, new byte[] {1});
        Files.write(parent.resolve("journal.tmp"), new byte[] {9, 9});

        assertThat(DurableFiles.read(file))
                .hasValueSatisfying(content -> assertThat(content).containsExactly(1));
        DurableFiles.write(file, new byte[] {2});

        assertThat(DurableFiles.read(file))
                .hasValueSatisfying(content -> assertThat(content).containsExactly(2));
        assertThat(DurableFiles.read(parent.resolve("nothing"))).isEmpty();
    }
}
