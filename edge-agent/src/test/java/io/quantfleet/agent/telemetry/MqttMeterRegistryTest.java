package io.quantfleet.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.MockClock;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MqttMeterRegistryTest {
    private static final ServingLabels FIRST = new ServingLabels("d1", "a".repeat(64), "tiny", 1, "rpi-cpu", "lab");
    private static final ServingLabels SECOND = new ServingLabels("d2", "b".repeat(64), "tiny", 2, "rpi-cpu", "lab");

    @TempDir
    Path system;

    private final MockClock clock = new MockClock();
    private final List<TelemetryWindow> windows = new ArrayList<>();
    private MqttMeterRegistry registry;
    private AgentMeters meters;

    @BeforeEach
    void createRegistry() throws Exception {
        Files.createDirectories(system.resolve("self"));
        Files.writeString(system.resolve("self/status"), "Name:\tjava\nVmRSS:\t    1024 kB\n");
        Path zone = Files.createDirectories(system.resolve("thermal_zone3"));
        Files.writeString(zone.resolve("type"), "cpu-thermal\n");
        Files.writeString(zone.resolve("temp"), "48250\n");
        Path other = Files.createDirectories(system.resolve("thermal_zone0"));
        Files.writeString(other.resolve("type"), "battery\n");
        Files.writeString(other.resolve("temp"), "20000\n");
        registry = new MqttMeterRegistry(Duration.ofMinutes(1), clock, window -> windows.add(window.build()));
        meters = new AgentMeters(registry, new DeviceVitals(system, system));
    }

    @Test
    void aWindowHoldsWhatWasRecordedInIt() throws Exception {
        registry.serving(FIRST);
        IntStream.rangeClosed(1, 100).forEach(i -> meters.answered(Duration.ofMillis(i), i % 10 != 0));
        meters.failed();
        clock.add(60, TimeUnit.SECONDS);

        registry.publish();

        assertThat(windows).hasSize(1);
        TelemetryWindow window = windows.get(0);
        assertThat(window.getInferences()).isEqualTo(100);
        assertThat(window.getRight()).isEqualTo(90);
        assertThat(window.getWrong()).isEqualTo(10);
        assertThat(window.getErrors()).isEqualTo(1);
        assertThat(window.getDeploymentId()).isEqualTo("d1");
        assertThat(window.getRssBytes()).isEqualTo(1 << 20);
        assertThat(window.getCpuTemperatureCelsius()).isEqualTo(48.25);
        assertThat(window.getEnd().getSeconds() - window.getStart().getSeconds())
                .isEqualTo(60);
        Histogram latency = Histogram.decodeFromCompressedByteBuffer(
                ByteBuffer.wrap(window.getLatencyHistogram().toByteArray()), 0);
        assertThat(latency.getNumberOfSignificantValueDigits()).isEqualTo(2);
        assertThat((double) latency.getValueAtPercentile(50)).isEqualTo(50_000, within(500.0));
    }

    @Test
    void nothingIsCountedTwice() {
        registry.serving(FIRST);
        meters.answered(Duration.ofMillis(1), true);
        registry.publish();
        meters.answered(Duration.ofMillis(1), false);
        registry.publish();
        registry.publish();

        assertThat(windows).extracting(TelemetryWindow::getInferences).containsExactly(1L, 1L);
        assertThat(windows).extracting(TelemetryWindow::getRight).containsExactly(1L, 0L);
    }

    @Test
    void aWindowNeverSpansTwoDeployments() {
        registry.serving(FIRST);
        meters.answered(Duration.ofMillis(1), true);
        registry.serving(SECOND);
        meters.answered(Duration.ofMillis(1), true);

        registry.close();

        assertThat(windows)
                .extracting(TelemetryWindow::getVariantSha256)
                .containsExactly(FIRST.variantSha256(), SECOND.variantSha256());
    }

    @Test
    void closingPushesThePartialWindowAndNoEmptyOne() {
        registry.serving(FIRST);

        registry.close();

        assertThat(windows).isEmpty();
    }

    @Test
    void whatIsMissingOnThisMachineIsLeftOut() {
        DeviceVitals none = new DeviceVitals(system.resolve("none"), system.resolve("none"));

        assertThat(none.residentBytes()).isNaN();
        assertThat(none.temperatureCelsius()).isNaN();
    }
}
