package io.quantfleet.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.serve.Model;
import io.quantfleet.agent.serve.ModelException;
import io.quantfleet.agent.testkit.RecordingLink;
import io.quantfleet.agent.testkit.TestClock;
import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.agent.testkit.TinyModel;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.DeltaUse;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.ReportedState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deltas on real files: used where they are good for something, and never in the way of an installation. */
class DeltaApplyTest implements ActiveModel {
    private static final SigningKey ROOT = SigningKey.generate();
    private static final SigningKey KEY = SigningKey.generate();
    private static final DeviceId DEVICE = new DeviceId("cam-1");

    @TempDir
    Path directory;

    private final RecordingLink link = new RecordingLink();
    private final TestDeployment first = TestDeployment.of(DEVICE, "d1", 1);
    private final TestDeployment second =
            TestDeployment.of(DEVICE, "d2", 2, TinyModel.nudged(first.variantContent()), 1.0);
    private Optional<Manifest> serving = Optional.empty();
    private DeploymentRunner runner;
    private DesiredStateHandler desired;
    private AssignmentFile assignments;

    @BeforeEach
    void start() throws IOException {
        ApplyParts parts = new ApplyParts(
                directory, DEVICE, ApplyParts.pinned(KEY, ROOT), link, DeltaApplyTest::load, this, new TestClock());
        runner = parts.runner;
        assignments = parts.assignments;
        desired = parts.desired;
    }

    @Test
    void makesTheVariantOfTheOneThatServes() throws IOException {
        install(first);

        install(second.withDeltaFrom(first));

        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(lastReport().getDelta().getOutcome()).isEqualTo(DeltaUse.Outcome.OUTCOME_APPLIED);
        assertThat(lastReport().getFetchedBytes()).isLessThan(second.totalBytes() / 5);
        assertThat(directory.resolve("slots/b/model.onnx")).hasBinaryContent(second.variantContent());
        assertThat(directory.resolve("chunks")).isEmptyDirectory();
    }

    @Test
    void aDeviceThatServesSomethingElseFetchesWholeChunks() {
        TestDeployment offered = second.withDeltaFrom(first);

        install(offered);

        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(lastReport().hasDelta()).isFalse();
        assertThat(link.subscriptions)
                .doesNotContainAnyElementsOf(
                        offered.deltaChunks().stream().map(MqttTopics::chunk).toList());
    }

    @Test
    void whatIsAtHandIsNotMadeByADelta() {
        install(first);
        TestDeployment same = TestDeployment.of(DEVICE, "d2", 2, first.variantContent(), 1.0);

        install(same.withDeltaFrom(first));

        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(lastReport().getFetchedBytes()).isZero();
        assertThat(lastReport().hasDelta()).isFalse();
    }

    @Test
    void bytesThatAreNoDeltaAreReportedAndWholeChunksFetched() {
        install(first);

        install(second.withDelta(first, "no delta at all".getBytes(StandardCharsets.UTF_8)));

        assertFellBack("the patch");
    }

    @Test
    void aDeltaThatMakesSomethingElseIsReportedAndWholeChunksFetched() {
        install(first);
        TestDeployment other = TestDeployment.of(DEVICE, "d3", 3, TinyModel.nudged(second.variantContent()), 1.0);
        TestDeployment wrong = second.withDeltaFrom(first);
        wrong.chunks().putAll(other.withDeltaFrom(first).chunks());

        install(new TestDeployment(
                wrong.manifest().toBuilder()
                        .setDelta(other.withDeltaFrom(first).manifest().getDelta())
                        .build(),
                wrong.chunks()));

        assertFellBack("makes");
    }

    @Test
    void aDamagedBaseIsReportedAndWholeChunksFetched() throws IOException {
        install(first);
        byte[] damaged = first.variantContent();
        damaged[5000] ^= 1;
        Files.write(directory.resolve("slots/a/model.onnx"), damaged);

        install(second.withDeltaFrom(first));

        assertFellBack("makes");
    }

    @Test
    void anAgentThatDiedWhileItAppliedADeltaDoesNotTryAgain() throws IOException {
        install(first);
        TestDeployment offered = second.withDeltaFrom(first);
        desired.handle(signed(offered));
        JournalFile file = new JournalFile(directory.resolve("journal"));
        ReportedState applying = file.load().deployment().orElseThrow().toBuilder()
                .setDelta(DeltaUse.newBuilder().setOutcome(DeltaUse.Outcome.OUTCOME_APPLYING))
                .build();
        file.store(file.load().at(applying, 0));

        start();
        runner.resume(assignments, manifest());
        offered.chunks().forEach(runner::chunkArrived);

        assertFellBack("died");
    }

    @Test
    void goesOnWithTheDeltaAfterARestart() throws IOException {
        install(first);
        TestDeployment offered = second.withDeltaFrom(first);
        desired.handle(signed(offered));

        start();
        runner.resume(assignments, manifest());
        offered.chunks().forEach(runner::chunkArrived);

        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(lastReport().getDelta().getOutcome()).isEqualTo(DeltaUse.Outcome.OUTCOME_APPLIED);
    }

    private void assertFellBack(String... anyOf) {
        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(lastReport().getDelta().getOutcome()).isEqualTo(DeltaUse.Outcome.OUTCOME_FAILED);
        assertThat(lastReport().getDelta().getReason()).containsAnyOf(anyOf);
        assertThat(lastReport().getActiveVariantSha256()).isEqualTo(second.variantSha256());
        assertThat(directory.resolve("slots/b/model.onnx")).hasBinaryContent(second.variantContent());
    }

    @Override
    public Optional<Manifest> manifest() {
        return serving;
    }

    @Override
    public void serve(Model model, Manifest manifest) {
        serving = Optional.of(manifest);
    }

    private static Model load(Path model, Path probeSet) throws ModelException {
        return new Model() {
            @Override
            public int samples() {
                return 1;
            }

            @Override
            public int label(int sample) {
                return 0;
            }

            @Override
            public Answer classify(int sample) {
                return new Answer(0, 1000);
            }

            @Override
            public void close() {}
        };
    }

    /** Delivers twice, as a broker does that is asked for other chunks after a delta turned out to be none. */
    private void install(TestDeployment next) {
        desired.handle(signed(next));
        next.chunks().forEach(runner::chunkArrived);
        next.chunks().forEach(runner::chunkArrived);
    }

    private static byte[] signed(TestDeployment next) {
        return new ManifestSigner(KEY, Optional.empty()).sign(next.manifest()).toByteArray();
    }

    private ReportedState lastReport() {
        try {
            return ReportedState.parseFrom(
                    link.published.get(link.published.size() - 1).payload());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
