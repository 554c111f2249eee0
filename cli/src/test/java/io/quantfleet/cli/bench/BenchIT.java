package io.quantfleet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.cli.stack.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benches as users run them, in small. */
// Starts whole stacks; not part of every run.
@Tag("slow")
class BenchIT {
    private static final long LIMIT_MINUTES = 6;

    @TempDir
    private Path directory;

    @Test
    void rolloutTellsWhatItTookAndLeavesNothingBehind() throws Exception {
        JsonNode report = bench("rollout", "--devices", "20", "--artifact-bytes", "300000");

        assertThat(report.path("devices").asInt()).isEqualTo(20);
        assertThat(report.path("artifactBytes").asInt()).isEqualTo(300_000);
        assertThat(report.path("secondsToAllActive").asDouble()).isPositive();
        assertThat(report.path("serverCpuSeconds").asDouble()).isPositive();
        assertThat(report.path("serverPeakRssMiB").asInt()).isGreaterThan(100);
        assertThat(report.path("bytesDelivered").asLong()).isGreaterThanOrEqualTo(20 * 300_000L);
        assertThat(report.path("failed").asInt()).isZero();
        assertThat(report.path("duplicates").asInt()).isZero();
        assertThat(directory.resolve("tmp")).isEmptyDirectory();
    }

    @Test
    void gatesCountsWhatWasStopped() throws Exception {
        JsonNode report = bench("gates", "--runs", "5", "--seed", "3");

        assertThat(report.path("runs").asInt()).isEqualTo(5);
        assertThat(report.path("badStopped").asInt()).isBetween(4, 5);
        assertThat(report.path("goodStopped").asInt()).isBetween(0, 1);
    }

    @Test
    void chaosFindsEveryDeviceWhereItShouldBe() throws Exception {
        JsonNode report = bench("chaos", "--rounds", "3", "--seed", "11", "--devices", "6", "--agents", "1");

        assertThat(report.path("rounds").asInt()).isEqualTo(3);
        for (String name : List.of("lost", "duplicated", "corrupt", "unreported", "jobsUnfinished")) {
            assertThat(report.path(name).asInt(-1)).as(name).isZero();
        }
        assertThat(report.path("struck")).isNotEmpty();
    }

    private JsonNode bench(String... arguments) throws IOException, InterruptedException {
        Path temporary = Files.createDirectories(directory.resolve("tmp"));
        Path json = directory.resolve("figures.json");
        Path output = directory.resolve("output.txt");
        Installation installation = Installation.current();
        List<String> command = new ArrayList<>(List.of(
                installation.java().toString(),
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + temporary,
                "-jar",
                installation.cli().toString(),
                "bench"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--json", json.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(output)).isZero();
            return new ObjectMapper().readTree(json.toFile());
        } finally {
            process.destroy();
        }
    }
}
