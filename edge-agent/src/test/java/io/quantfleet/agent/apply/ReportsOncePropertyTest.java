package io.quantfleet.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.v1.ArtifactRef;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.ReportedState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever comes, however often and in whatever order, over restarts and off-line times: each desired state that a device
 * accepted ends in one final report, and the last one is what it serves. A failing case is repeated by its seed.
 */
class ReportsOncePropertyTest {
    private static final int STEPS = 60;

    @TempDir
    Path directory;

    static IntStream seeds() {
        return IntStream.rangeClosed(1, Integer.getInteger("quantfleet.test.seeds", 60));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void eachAcceptedStateEndsInOneFinalReport(int seed) throws Exception {
        Random random = new Random(seed);
        TestDevice device = new TestDevice(directory.resolve("state"));
        List<TestDeployment> made = new ArrayList<>();
        List<byte[]> messages = new ArrayList<>();
        Set<String> accepted = new HashSet<>();
        for (int step = 0; step < STEPS; step++) {
            step(device, random, made, messages);
            device.accepted().ifPresent(accepted::add);
        }
        device.online(true);
        device.quality = 1;
        TestDeployment last = TestDeployment.of(TestDevice.DEVICE, "last", made.size() + 1);
        device.desire(last);
        device.receive(last.chunks());
        device.tick(3);

        assertThat(device.lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(device.lastReport().getActiveVariantSha256()).isEqualTo(last.variantSha256());
        assertThat(device.manifest()).contains(last.manifest());
        device.reports().stream()
                .filter(report -> Reports.isUnderWay(report) && !report.getAfterActive())
                .map(ReportedState::getDeploymentId)
                .forEach(told -> assertThat(accepted).contains(told));
        for (String deployment : accepted) {
            assertThat(device.finalReports(deployment))
                    .as("final reports of %s", deployment)
                    .hasSize(1);
        }
        assertThat(device.reports()).extracting(ReportedState::getReportNumber).isSorted();
        device.stop();
    }

    private static void step(TestDevice device, Random random, List<TestDeployment> made, List<byte[]> messages)
            throws IOException {
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> {
                TestDeployment next = deployment(random, made.size() + 1);
                made.add(next);
                messages.add(new ManifestSigner(TestDevice.KEY, Optional.empty())
                        .sign(next.manifest())
                        .toByteArray());
                device.desire(messages.get(messages.size() - 1));
            }
            case 3 ->
                messages.stream()
                        .skip(random.nextInt(1 + messages.size()))
                        .findFirst()
                        .ifPresent(device::desire);
            case 4, 5, 6 ->
                made.stream()
                        .skip(Math.max(0, made.size() - 1 - random.nextInt(3)))
                        .findFirst()
                        .ifPresent(of -> device.receive(of.chunks()));
            case 7 -> made.stream().reduce((one, two) -> two).ifPresent(of -> oneChunk(device, of, random));
            case 8 -> device.online(random.nextBoolean());
            case 9 -> device.restart();
            case 10 -> device.quality = List.of(1.0, 1.0, 0.5, -1.0).get(random.nextInt(4));
            default -> device.tick(1 + random.nextInt(20));
        }
    }

    private static void oneChunk(TestDevice device, TestDeployment of, Random random) {
        List<Map.Entry<Sha256, byte[]>> chunks = List.copyOf(of.chunks().entrySet());
        Map.Entry<Sha256, byte[]> chunk = chunks.get(random.nextInt(chunks.size()));
        byte[] content = chunk.getValue().clone();
        if (random.nextInt(3) == 0) {
            content[0]++;
        }
        device.receive(chunk.getKey(), content);
    }

    private static TestDeployment deployment(Random random, int number) {
        TestDeployment good = TestDeployment.of(TestDevice.DEVICE, "d" + number, number);
        return switch (random.nextInt(8)) {
            case 0 -> good.expiringAt(Instant.now().minusSeconds(5));
            case 1 ->
                new TestDeployment(
                        good.manifest().toBuilder().setDeviceClass("another").build(), good.chunks());
            case 2 -> new TestDeployment(wrongSize(good.manifest()), good.chunks());
            default -> good;
        };
    }

    private static Manifest wrongSize(Manifest manifest) {
        Manifest.Builder wrong = manifest.toBuilder();
        ArtifactRef.Builder artifact = wrong.getVariantBuilder().getArtifactBuilder();
        artifact.setSize(artifact.getSize() + 1);
        return wrong.build();
    }
}
