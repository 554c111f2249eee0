package io.quantfleet.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostProcessorTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "aarch64, fp asimd, false",
        "arm, neon, false",
        "riscv64, rv64imafdcv, false",
        "amd64, sse4_2 avx2, true",
        "x86_64, sse4_2 avx2, true",
        "amd64, avx2 avx512f avx512_vnni, false",
        "amd64, avx2 avx_vnni, false"
    })
    void knowsWhichProcessorsSaturate(String architecture, String flags, boolean expected) throws IOException {
        Path cpuInfo =
                Files.writeString(directory.resolve("cpuinfo"), "processor\t: 0\nflags\t\t: fpu " + flags + "\n");

        assertThat(HostProcessor.saturates(architecture, cpuInfo)).isEqualTo(expected);
    }

    @Test
    void prefersRightToFastWhereItCanNotBeFoundOut() {
        assertThat(HostProcessor.saturates("amd64", directory.resolve("none"))).isTrue();
    }
}
