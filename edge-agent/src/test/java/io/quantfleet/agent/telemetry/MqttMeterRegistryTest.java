package io.quantfleet.agent.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MockClock;
import io.quantfleet.agent.serve.ErrorKind;
import io.quantfleet.agent.serve.Model;
import io.quantfleet.protocols.v1.ErrorCount;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MqttMeterRegistryTest {
    private static final ServingLabels FIRST = labels(new UUID(7, 1).toString(), "a1", "tiny", 1);
    private static final ServingLabels SECOND = labels("d2", "b2", "tiny", 2);

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
        Path zone = Files.createDirectories(system.resolve("thermal/thermal_zone3"));
        Files.writeString(zone.resolve("type"), "cpu-thermal\n");
        Files.writeString(zone.resolve("temp"), "48250\n");
        Path other = Files.createDirectories(system.resolve("thermal/thermal_zone0"));
        Files.writeString(other.resolve("type"), "battery\n");
        Files.writeString(other.resolve("temp"), "20000\n");
        Files.writeString(system.resolve("meminfo"), "MemTotal:   4096 kB\nMemAvailable:    2048 kB\n");
        Files.writeString(system.resolve("stat"), "cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 1 1 1\n");
        Files.writeString(system.resolve("self/stat"), "7 (a) b) S 1 1 1 0 -1 0 0 0 0 0 50 10 0 0 20\n");
        Path battery = Files.createDirectories(system.resolve("power_supply/BAT0"));
        Files.writeString(battery.resolve("type"), "Battery\n");
        Files.writeString(battery.resolve("capacity"), "81\n");
        Files.writeString(battery.resolve("status"), "Discharging\n");
        Path mouse = Files.createDirectories(system.resolve("power_supply/A-mouse"));
        Files.writeString(mouse.resolve("type"), "Battery\n");
        Files.writeString(mouse.resolve("scope"), "Device\n");
        Files.writeString(mouse.resolve("capacity"), "3\n");
        registry = new MqttMeterRegistry(Duration.ofMinutes(1), clock, window -> windows.add(window.build()));
        meters = new AgentMeters(registry, new DeviceVitals(system, system));
    }

    @Test
    void aWindowHoldsWhatWasRecordedInIt() throws Exception {
        registry.serving(FIRST);
        IntStream.rangeClosed(1, 100).forEach(i -> meters.answered(answer(i), i % 10 != 0));
        meters.failed(ErrorKind.MEMORY);
        meters.failed(ErrorKind.REQUEST);
        meters.failed(ErrorKind.REQUEST);
        clock.add(60, TimeUnit.SECONDS);

        registry.publish();

        assertThat(windows).hasSize(1);
        TelemetryWindow window = windows.get(0);
        assertThat(window.getInferences()).isEqualTo(100);
        assertThat(window.getRight()).isEqualTo(90);
        assertThat(window.getWrong()).isEqualTo(10);
        assertThat(window.getErrors()).isEqualTo(1);
        assertThat(window.getErrorsByKindList())
                .containsExactly(
                        count(io.quantfleet.protocols.v1.ErrorKind.ERROR_KIND_MEMORY, 1),
                        count(io.quantfleet.protocols.v1.ErrorKind.ERROR_KIND_REQUEST, 2));
        assertThat(window.getFormat()).isEqualTo(2);
        assertThat(window.getDeployment()).isEqualTo(ByteString.fromHex("00000000000000070000000000000001"));
        assertThat(window.getPredictedClassesList()).containsExactly(0, 1, 2);
        assertThat(window.getPredictedCountsList()).containsExactly(33L, 34L, 33L);
        assertThat(window.getConfidencesList()).hasSize(19).endsWith(100L);
        assertThat(window.getMemoryAvailableBytes()).isEqualTo(2048 << 10);
        assertThat(window.getBatteryPercent()).isEqualTo(81);
        assertThat(window.getBatteryCharging()).isFalse();
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
        meters.answered(answer(1), true);
        registry.publish();
        meters.answered(answer(1), false);
        registry.publish();
        registry.publish();

        assertThat(windows).extracting(TelemetryWindow::getInferences).containsExactly(1L, 1L);
        assertThat(windows).extracting(TelemetryWindow::getRight).containsExactly(1L, 0L);
    }

    @Test
    void aWindowNeverSpansTwoDeployments() {
        registry.serving(FIRST);
        meters.answered(answer(1), true);
        registry.serving(SECOND);
        meters.answered(answer(1), true);

        registry.close();

        assertThat(windows).extracting(TelemetryWindow::getVariant).containsExactly(FIRST.variant(), SECOND.variant());
    }

    @Test
    void theUseOfProcessorsIsThatOfTheInterval() throws Exception {
        registry.serving(FIRST);
        meters.answered(answer(1), true);
        Files.writeString(system.resolve("stat"), "cpu  150 0 100 740 110 0 0 0 0 0\n");
        Files.writeString(system.resolve("self/stat"), "7 (a) b) S 1 1 1 0 -1 0 0 0 0 0 70 15 0 0 20\n");

        registry.publish();

        assertThat(windows.get(0).getCpuPermille()).isEqualTo(500);
        assertThat(windows.get(0).getProcessCpuPermille()).isEqualTo(250);
    }

    @Test
    void rareClassesAreCountedTogether() {
        registry.serving(FIRST);
        IntStream.range(0, 70).forEach(label -> IntStream.rangeClosed(0, label)
                .forEach(i -> meters.answered(new Model.Answer(label, 1000), true)));

        registry.publish();

        assertThat(windows.get(0).getPredictedClassesList())
                .hasSize(64)
                .startsWith(6)
                .endsWith(69);
        assertThat(windows.get(0).getPredictedOthers()).isEqualTo(1 + 2 + 3 + 4 + 5 + 6);
        assertThat(windows.get(0).getConfidencesList()).isEmpty();
    }

    @Test
    void tokensAreNotCountedOneByOne() {
        registry.serving(new ServingLabels("d1", ByteString.fromHex("c3".repeat(32)), "llama", 1, true));
        IntStream.range(0, 600).forEach(token -> meters.answered(new Model.Answer(token, 1000, 0.5f), token % 2 == 0));

        registry.publish();
        registry.serving(FIRST);
        meters.answered(answer(1), true);
        registry.publish();

        assertThat(windows.get(0).getPredictedClassesList()).isEmpty();
        assertThat(windows.get(0).getPredictedOthers()).isZero();
        assertThat(windows.get(0).getConfidencesList()).contains(600L);
        assertThat(windows.get(0).getRight()).isEqualTo(300);
        assertThat(windows.get(1).getPredictedClassesList()).hasSize(1);
    }

    /** A minute of a busy device: ten inferences a second of ten classes, latencies around 12 ms with a long tail. */
    @Test
    void aTypicalWindowHasAtMost400Bytes() throws Exception {
        Random random = new Random(1);
        registry.serving(labels(UUID.randomUUID().toString(), "c3", "mobilenet-v2", 12));
        for (int i = 0; i < 600; i++) {
            double millis = 12 * Math.exp(0.15 * random.nextGaussian()) + (random.nextInt(50) == 0 ? 20 : 0);
            float confidence = (float) Math.min(1, 0.85 + 0.12 * random.nextGaussian());
            meters.answered(new Model.Answer(random.nextInt(10), (long) (millis * 1e6), confidence), i % 20 != 0);
        }
        meters.failed(ErrorKind.RUNTIME);
        registry.publish();
        WindowStore store = new WindowStore(Files.createDirectories(system.resolve("store")), 10);

        byte[] bytes = store.add(windows.get(0).toBuilder().setDeviceId("camera-00017-hall-b"))
                .toByteArray();

        assertThat(bytes.length).isLessThanOrEqualTo(400);
    }

    private static ServingLabels labels(String deployment, String hash, String model, int version) {
        return new ServingLabels(deployment, ByteString.fromHex(hash.repeat(32)), model, version, false);
    }

    private static Model.Answer answer(int millis) {
        return new Model.Answer(millis % 3, millis * 1_000_000L, 0.93f);
    }

    private static ErrorCount count(io.quantfleet.protocols.v1.ErrorKind kind, long count) {
        return ErrorCount.newBuilder().setKind(kind).setCount(count).build();
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
        assertThat(none.availableBytes()).isNaN();
        assertThat(none.cpuUsed()).isNaN();
        assertThat(none.processCpuUsed()).isNaN();
        assertThat(none.batteryCharge()).isNaN();
        assertThat(none.batteryCharging()).isNaN();
        assertThat(none.temperatureCelsius()).isNaN();
    }
}
