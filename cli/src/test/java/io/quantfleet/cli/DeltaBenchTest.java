package io.quantfleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DeltaBenchTest {
    @TempDir
    Path directory;

    @Test
    void writesWhatEveryChangeCosts() throws Exception {
        Path json = directory.resolve("delta.json");

        int exit = run("bench", "delta", "--model-bytes", "400000", "--json", json.toString());

        assertThat(exit).isZero();
        JsonNode rows = JsonMapper.builder().build().readTree(json.toFile());
        assertThat(rows).hasSize(6).allSatisfy(row -> {
            assertThat(row.path("change").asText()).isNotBlank();
            assertThat(row.path("deltaBytes").asLong())
                    .isPositive()
                    .isLessThan(row.path("fullBytes").asLong() / 5);
        });
    }

    @Test
    void refusesAModelWithoutRoomForItsLayers() {
        assertThat(run("bench", "delta", "--model-bytes", "10")).isEqualTo(CommandLine.ExitCode.USAGE);
    }

    private static int run(String... arguments) {
        return QuantfleetMain.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(new StringWriter()))
                .execute(arguments);
    }
}
