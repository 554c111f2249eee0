package io.quantfleet.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.cli.CliException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortBookTest {
    @TempDir
    private Path directory;

    @Test
    void choosesDifferentPortsAndKeepsThem() {
        PortBook first = open(1);
        int http = first.port("http");
        int mqtt = first.port("mqtt");
        assertThat(http).isNotEqualTo(mqtt).isBetween(20_000, 29_999);

        PortBook again = open(2);
        assertThat(again.port("mqtt")).isEqualTo(mqtt);
        assertThat(again.port("http")).isEqualTo(http);
    }

    @Test
    void prefersThePortThatIsAskedForAndKeepsThatToo() {
        int free = open(3).port("something");
        assertThat(open(4).port("http", OptionalInt.of(free))).isEqualTo(free);
        assertThat(open(5).port("http")).isEqualTo(free);
    }

    @Test
    void refusesAPortThatIsTaken() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int taken = other.getLocalPort();
            assertThatThrownBy(() -> open(6).port("http", OptionalInt.of(taken)))
                    .isInstanceOf(CliException.class)
                    .hasMessage("port " + taken + " for http is taken; free it or choose another");
        }
    }

    @Test
    void saysThatAPortOfTheBookIsTaken() throws Exception {
        int mqtt = open(7).port("mqtt");
        try (ServerSocket other = new ServerSocket(mqtt, 1, InetAddress.getLoopbackAddress())) {
            assertThat(other.isBound()).isTrue();
            assertThatThrownBy(() -> open(8).port("mqtt"))
                    .isInstanceOf(CliException.class)
                    .hasMessageContaining("port " + mqtt + " for mqtt is taken")
                    .hasMessageContaining("ports.json");
        }
    }

    @Test
    void refusesWhatIsNoPort() {
        assertThatThrownBy(() -> open(9).port("http", OptionalInt.of(70_000)))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("not a port");
    }

    private PortBook open(long seed) {
        return PortBook.open(directory.resolve("ports.json"), new Random(seed));
    }
}
