package io.quantfleet.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.cli.CliException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    private Path temporary;

    @Test
    void stampsANewDirectoryAndOpensItAgain() throws Exception {
        Path root = temporary.resolve("deep/data");
        DataDirectory.open(root).close();
        assertThat(root.resolve(DataDirectory.VERSION_FILE)).hasContent(DataDirectory.VERSION + "\n");
        try (DataDirectory again = DataDirectory.open(root)) {
            assertThat(again.root()).isEqualTo(root);
            assertThat(again.log("x").getParent()).isDirectory();
        }
    }

    @Test
    void refusesADirectoryThatIsInUseAndSaysByWhom() {
        Path root = temporary.resolve("data");
        try (DataDirectory held = DataDirectory.open(root)) {
            assertThat(held.root()).isDirectory();
            assertThatThrownBy(() -> DataDirectory.open(root))
                    .isInstanceOf(CliException.class)
                    .hasMessageContaining(
                            "is in use by process " + ProcessHandle.current().pid());
        }
    }

    @Test
    void refusesDataOfAnotherVersion() throws Exception {
        Files.writeString(temporary.resolve(DataDirectory.VERSION_FILE), "99\n");
        assertThatThrownBy(() -> DataDirectory.open(temporary))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("has version 99, this program needs " + DataDirectory.VERSION);
    }

    @Test
    void refusesADirectoryOfSomethingElseAndLeavesItAlone() throws Exception {
        Files.writeString(temporary.resolve("thesis.tex"), "");
        assertThatThrownBy(() -> DataDirectory.open(temporary))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("not a Quantfleet data directory");
        assertThat(temporary).isDirectoryContaining("glob:**/thesis.tex");
        assertThat(temporary.resolve(DataDirectory.VERSION_FILE)).doesNotExist();
    }

    @Test
    void refusesAFile() throws Exception {
        Path file = Files.writeString(temporary.resolve("file"), "");
        assertThatThrownBy(() -> DataDirectory.open(file))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("is a file");
    }
}
