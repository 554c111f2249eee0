package io.quantfleet.cli.demo;

import static io.quantfleet.cli.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Timestamp;
import io.quantfleet.agent.telemetry.WindowStore;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo from beginning to end, with every program as it is packaged; then one of its devices, which was offline for a
 * day. The story is told once for both, in a data directory that the day away goes on with.
 */
class DemoIT {
    private static final String SHA256 = "[0-9a-f]{64}";
    private static final String AGENT = "demo-rpi";
    private static final int HOURS_KEPT = 23;
    private static final int KEPT = HOURS_KEPT * 60;

    @TempDir
    private static Path work;

    private static Told told;

    /** What the first demo left: its figures, what the terminal showed, and every process that it was seen to run. */
    private record Told(JsonNode figures, String output, Set<ProcessHandle> processes) {}

    @BeforeAll
    static void tellTheStory() throws Exception {
        try (DemoProcess demo = DemoProcess.start(work, "--once")) {
            assertThat(demo.awaitEnd()).as(demo.output()).isZero();
            told = new Told(demo.figures(), demo.output(), demo.processes());
            // Before the demo is closed, which kills what is left.
            assertThat(told.processes()).isNotEmpty();
            await().untilAsserted(() -> assertThat(told.processes()).noneMatch(ProcessHandle::isAlive));
        }
    }

    @Test
    void takesAModelToThreeDevices() {
        JsonNode figures = told.figures();
        assertThat(figures.path("variants")).hasSize(3).allSatisfy(variant -> {
            assertThat(variant.path("verdict").asText()).isEqualTo("READY");
            assertThat(variant.path("sha256").asText()).matches(SHA256);
            assertThat(variant.path("bytes").asLong())
                    .isPositive()
                    .isLessThan(figures.path("fp32Bytes").asLong() / 2);
            assertThat(variant.path("accuracy").path("variant").asDouble()).isBetween(0.5, 1.0);
        });
        assertThat(figures.path("devices")).hasSize(3).allSatisfy(device -> {
            assertThat(device.path("state").asText()).isEqualTo("ACTIVE");
            assertThat(device.path("variantSha256").asText()).isEqualTo(variantFor(figures, device));
            assertThat(device.path("fetchedBytes").asLong()).isPositive();
            assertThat(device.path("telemetryWindows").asInt()).isGreaterThanOrEqualTo(3);
            assertThat(device.path("latencyMs").path("p50").asDouble()).isPositive();
            assertThat(device.path("latencyMs").path("p95").asDouble())
                    .isGreaterThanOrEqualTo(device.path("latencyMs").path("p50").asDouble());
            assertThat(device.path("accuracy").asDouble()).isBetween(0.5, 1.0);
        });
        assertThat(figures.path("seconds").path("total").asDouble()).isPositive();
        assertThat(figures.path("peakRssMiB").asLong(0)).isBetween(1L, 2560L);
        assertThat(told.output()).contains("Variants of glyphs").contains("http://127.0.0.1:");
    }

    private static String variantFor(JsonNode figures, JsonNode device) {
        List<String> hashes = figures.path("variants").findParents("sha256").stream()
                .filter(variant -> variant.path("deviceClass").equals(device.path("deviceClass")))
                .map(variant -> variant.path("sha256").asText())
                .toList();
        assertThat(hashes).hasSize(1);
        return hashes.get(0);
    }

    /**
     * A device that was offline for a day comes back with what it kept of that day: an agent, a broker and a control plane in
     * processes of their own, which are killed while it is on its way. The charts of that day change, once.
     */
    @Test
    void theChartsOfADayAwayChangeOnceWhoeverIsKilledMeanwhile() throws Exception {
        Instant day = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(2, ChronoUnit.DAYS);
        long inferences = measureForADay(day);

        try (DemoProcess demo = DemoProcess.start(work)) {
            await().atMost(DemoProcess.LIMIT)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> windows(demo, day) > KEPT / 20);
            demo.kill(AGENT);
            demo.kill("control-plane");
            await().atMost(DemoProcess.LIMIT).until(() -> windows(demo, day) >= KEPT);
            // The broker forgets what it has handed on, and the device sends its last windows again.
            long before = windowsNow(demo);
            demo.kill("servers");
            await().atMost(DemoProcess.LIMIT).until(() -> windowsNow(demo) > before + 3);

            JsonNode hours = read(demo, day, "series", "&step=PT1H").path("points");
            assertThat(hours).hasSize(HOURS_KEPT).allSatisfy(hour -> {
                assertThat(hour.path("measured").path("windows").asInt()).isEqualTo(60);
                assertThat(hour.path("measured").path("inferences").asLong()).isEqualTo(60 * inferences);
            });
            assertThat(hours.get(0).path("at").asText())
                    .as("the oldest hour had to make room")
                    .isEqualTo(day.plus(1, ChronoUnit.HOURS).toString());
            assertThat(read(demo, day, "series", "&step=PT1M").path("points")).hasSize(KEPT);
        }
    }

    /** Stores a window a minute of a whole day as the agent would, of which those of 23 hours are kept; returns the inferences of each. */
    private static long measureForADay(Instant day) throws IOException {
        Path telemetry = work.resolve("data/agents").resolve(AGENT).resolve("telemetry");
        TelemetryWindow measured = lastDelivered(telemetry);
        WindowStore store = new WindowStore(telemetry, KEPT);
        for (int minute = 0; minute < 24 * 60; minute++) {
            Instant start = day.plus(minute, ChronoUnit.MINUTES);
            store.add(measured.toBuilder().setStart(at(start)).setEnd(at(start.plusSeconds(59))));
        }
        return measured.getInferences();
    }

    private static TelemetryWindow lastDelivered(Path telemetry) throws IOException {
        try (Stream<Path> files = Files.list(telemetry)) {
            Path last = files.filter(file -> file.toString().endsWith(".delivered"))
                    .max(Path::compareTo)
                    .orElseThrow();
            return TelemetryWindow.parseFrom(Files.readAllBytes(last));
        }
    }

    private static Timestamp at(Instant instant) {
        return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).build();
    }

    private static long windows(DemoProcess demo, Instant day) {
        return count(demo, "&from=" + day + "&to=" + day.plus(1, ChronoUnit.DAYS));
    }

    private static long windowsNow(DemoProcess demo) {
        return count(demo, "");
    }

    private static long count(DemoProcess demo, String span) {
        try {
            return new ControlPlaneClient(demo.console())
                    .read("telemetry/summary?deviceClass=rpi-cpu" + span)
                    .path("measured")
                    .path("windows")
                    .asLong();
        } catch (CliException | IOException notThere) {
            return 0;
        }
    }

    private static JsonNode read(DemoProcess demo, Instant day, String what, String how) throws IOException {
        return new ControlPlaneClient(demo.console())
                .read("telemetry/" + what + "?deviceClass=rpi-cpu&from=" + day + "&to=" + day.plus(1, ChronoUnit.DAYS)
                        + how);
    }
}
