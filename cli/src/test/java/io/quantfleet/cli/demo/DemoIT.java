package io.quantfleet.cli.demo;

import static io.quantfleet.cli.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo from beginning to end, with every program as it is packaged. */
class DemoIT {
    private static final String SHA256 = "[0-9a-f]{64}";

    @TempDir
    private Path work;

    @Test
    void takesAModelToThreeDevicesAndLeavesNoProcessBehind() throws Exception {
        try (DemoProcess demo = DemoProcess.start(work, "--once")) {
            assertThat(demo.awaitEnd()).as(demo.output()).isZero();

            JsonNode figures = demo.figures();
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
                        .isGreaterThanOrEqualTo(
                                device.path("latencyMs").path("p50").asDouble());
                assertThat(device.path("accuracy").asDouble()).isBetween(0.5, 1.0);
            });
            assertThat(figures.path("seconds").path("total").asDouble()).isPositive();
            assertThat(figures.path("peakRssMiB").asLong(0)).isBetween(1L, 2560L);
            assertThat(demo.output()).contains("Variants of glyphs").contains("http://127.0.0.1:");
            assertThat(demo.processes()).isNotEmpty();
            await().untilAsserted(() -> assertThat(demo.processes()).noneMatch(ProcessHandle::isAlive));
        }
    }

    private static String variantFor(JsonNode figures, JsonNode device) {
        List<String> hashes = figures.path("variants").findParents("sha256").stream()
                .filter(variant -> variant.path("deviceClass").equals(device.path("deviceClass")))
                .map(variant -> variant.path("sha256").asText())
                .toList();
        assertThat(hashes).hasSize(1);
        return hashes.get(0);
    }
}
