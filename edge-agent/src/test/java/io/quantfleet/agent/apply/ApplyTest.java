package io.quantfleet.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quantfleet.agent.serve.Model;
import io.quantfleet.agent.serve.ModelException;
import io.quantfleet.agent.testkit.RecordingLink;
import io.quantfleet.agent.testkit.TestClock;
import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.trace.TraceParent;
import io.quantfleet.protocols.trust.TrustStatementSigner;
import io.quantfleet.protocols.v1.DeploymentTrace;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.ReportedState;
import io.quantfleet.protocols.v1.SignedTrustStatement;
import io.quantfleet.protocols.v1.TrustStatement;
import io.quantfleet.protocols.v1.TrustedKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The way from a desired state to a model that serves, on real files, with a link and a model that are not real. */
class ApplyTest implements ActiveModel {
    private static final SigningKey KEY = SigningKey.generate();
    private static final SigningKey ROOT = SigningKey.generate();
    private static final DeviceId DEVICE = new DeviceId("cam-1");

    @TempDir
    Path directory;

    private final RecordingLink link = new RecordingLink();
    private final TestClock clock = new TestClock();
    private final List<FakeModel> loaded = new ArrayList<>();
    private int rightAnswers = FakeModel.SAMPLES;
    private Optional<Manifest> serving = Optional.empty();
    private Duration idleFor = Duration.ZERO;
    private Deployment deployment;
    private DeploymentRunner runner;
    private DesiredStateHandler desired;
    private AssignmentFile assignments;
    private Reporter reporter;

    @BeforeEach
    void start() throws IOException {
        ApplyParts parts =
                new ApplyParts(directory, DEVICE, ApplyParts.pinned(KEY, ROOT), link, this::load, this, clock);
        reporter = parts.reporter;
        deployment = parts.deployment;
        runner = parts.runner;
        assignments = parts.assignments;
        desired = parts.desired;
    }

    @Override
    public boolean isIdleFor(Duration quiet) {
        return idleFor.compareTo(quiet) >= 0;
    }

    @Test
    void tellsOnlyHowItEndedWhereThatIsSoon() {
        TestDeployment deployment = TestDeployment.of(DEVICE, "d1", 1);
        desired.handle(signed(deployment));
        tick(2);
        deliverChunks(deployment);

        assertThat(states("d1")).containsExactly(DeviceState.DEVICE_STATE_ACTIVE);
    }

    @Test
    void tellsWhatItIsAtWhereThatTakesLonger() {
        TestDeployment deployment = TestDeployment.of(DEVICE, "d1", 1);
        desired.handle(signed(deployment));
        tick(3);
        deliverChunks(deployment);

        assertThat(states("d1")).containsExactly(DeviceState.DEVICE_STATE_FETCHING, DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(reports())
                .extracting(ReportedState::getReportNumber)
                .doesNotHaveDuplicates()
                .isSorted();
    }

    @Test
    void doesNotKeepTheEndOfOneDeploymentBackForTheSakeOfAnother() {
        desired.handle(signed(TestDeployment.of(DEVICE, "d1", 1)));

        desired.handle(signed(TestDeployment.of(DEVICE, "d2", 2)));

        assertThat(reports()).extracting(ReportedState::getDeploymentId).containsExactly("d1");
        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_REFUSED);
        tick(3);
        assertThat(lastReport().getDeploymentId()).isEqualTo("d2");
    }

    @Test
    void tellsWhenEachStepBeganInTheTraceThatTheDeploymentCameInOverARestartToo() throws IOException {
        TraceParent trace = new TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        TestDeployment first = TestDeployment.of(DEVICE, "d1", 1);
        Instant began = clock.instant();
        desired.handle(signed(first), Optional.of(trace));
        clock.advance(Duration.ofSeconds(7));
        start();
        runner.resume(assignments, manifest());

        deliverChunks(first);

        DeploymentTrace told = lastReport().getTrace();
        assertThat(told.getTraceparent()).isEqualTo(trace.value());
        assertThat(told.getStepsList())
                .extracting(DeploymentTrace.Step::getState)
                .containsExactly(
                        DeviceState.DEVICE_STATE_FETCHING,
                        DeviceState.DEVICE_STATE_VERIFYING,
                        DeviceState.DEVICE_STATE_SELF_TESTING,
                        DeviceState.DEVICE_STATE_SWITCHING,
                        DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(told.getSteps(0).getBegan().getSeconds()).isEqualTo(began.getEpochSecond());
        assertThat(told.getSteps(1).getBegan().getSeconds())
                .isEqualTo(began.plusSeconds(7).getEpochSecond());
        assertThat(link.traced).isNotEmpty().containsOnly(trace);
    }

    @Test
    void reportsOfADeploymentThatCameInNoTraceHaveNone() {
        desired.handle(
                signed(TestDeployment.of(DEVICE, "d1", 1)),
                TraceParent.parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
        link.traced.clear();

        install(TestDeployment.of(DEVICE, "d2", 2));

        assertThat(lastReport().getDeploymentId()).isEqualTo("d2");
        assertThat(lastReport().hasTrace()).isFalse();
        assertThat(link.traced).as("d1, which is superseded").hasSize(1);
    }

    @Test
    void waitsUntilTheDeviceIsIdle() {
        install(TestDeployment.of(DEVICE, "d1", 1));

        install(TestDeployment.of(DEVICE, "d2", 2)
                .whenIdle(Duration.ofSeconds(30), clock.instant().plusSeconds(600)));
        tick(3);
        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_FETCHING);
        assertThat(lastReport().getActiveModelVersion()).isEqualTo(1);

        idleFor = Duration.ofSeconds(30);
        runner.tick(false);
        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(lastReport().getActiveModelVersion()).isEqualTo(2);
    }

    @Test
    void waitsForIdlenessNoLongerThanItMay() {
        install(TestDeployment.of(DEVICE, "d1", 1));
        install(TestDeployment.of(DEVICE, "d2", 2)
                .whenIdle(Duration.ofSeconds(30), clock.instant().plusSeconds(600)));

        clock.advance(Duration.ofSeconds(599));
        tick(3);
        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_FETCHING);
        clock.advance(Duration.ofSeconds(1));
        runner.tick(true);

        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
    }

    @Test
    void waitsForNobodyWhereNothingServes() {
        install(TestDeployment.of(DEVICE, "d1", 1)
                .whenIdle(Duration.ofSeconds(30), clock.instant().plusSeconds(600)));

        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
    }

    @Test
    void whatWaitsForIdlenessCanBeSuperseded() {
        install(TestDeployment.of(DEVICE, "d1", 1));
        install(TestDeployment.of(DEVICE, "d2", 2)
                .whenIdle(Duration.ofSeconds(30), clock.instant().plusSeconds(600)));

        install(TestDeployment.of(DEVICE, "d3", 3));

        assertThat(states("d2")).endsWith(DeviceState.DEVICE_STATE_REFUSED);
        assertThat(lastReport().getActiveModelVersion()).isEqualTo(3);
    }

    @Test
    void doesNotInstallAgainWhatIsRepeated() {
        TestDeployment first = TestDeployment.of(DEVICE, "d1", 1);
        install(first);
        int reports = reports().size();

        desired.handle(signed(first));

        assertThat(reports()).hasSize(reports);
        assertThat(loaded).hasSize(1);
    }

    @Test
    void anEmptyMessageChangesNothing() {
        desired.handle(new byte[0]);

        assertThat(reports()).isEmpty();
    }

    @Test
    void whatItActsOnStandsAfterSomethingWasRefused() {
        TestDeployment first = TestDeployment.of(DEVICE, "d1", 1);
        install(first);
        desired.handle(new byte[] {1, 2, 3});
        assertThat(lastReport().getReasonCode()).isEqualTo(ReasonCode.MANIFEST_MALFORMED.name());

        desired.handle(signed(first));

        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(lastReport().getDeploymentId()).isEqualTo("d1");
        assertThat(loaded).hasSize(1);
    }

    @Test
    void aNewerDeploymentEndsTheOneUnderWay() {
        desired.handle(signed(TestDeployment.of(DEVICE, "d1", 1)));

        install(TestDeployment.of(DEVICE, "d2", 2));

        ReportedState ended = reports().stream()
                .filter(report -> report.getDeploymentId().equals("d1") && Reports.isFinal(report))
                .reduce((one, two) -> {
                    throw new AssertionError("two final reports");
                })
                .orElseThrow();
        assertThat(ended.getReasonCode()).isEqualTo(ReasonCode.SUPERSEDED.name());
        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
    }

    @Test
    void whatIsSignedAnewByTheKeyThatReplacedARevokedOneStandsAsItStands() {
        TestDeployment first = TestDeployment.of(DEVICE, "d1", 1);
        install(first);
        SigningKey next = SigningKey.generate();

        desired.handle(new ManifestSigner(next, Optional.of(revoking(KEY, next)))
                .sign(first.manifest())
                .toByteArray());

        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(lastReport().getDeploymentId()).isEqualTo("d1");
        assertThat(loaded).hasSize(1);
    }

    @Test
    void aSequenceThatARevokedKeyUsedUpIsForgotten() {
        install(TestDeployment.of(DEVICE, "stolen", Long.MAX_VALUE));
        SigningKey next = SigningKey.generate();
        ManifestSigner signer = new ManifestSigner(next, Optional.of(revoking(KEY, next)));
        TestDeployment wanted = TestDeployment.of(DEVICE, "d2", 2);

        desired.handle(signer.sign(wanted.manifest()).toByteArray());
        deliverChunks(wanted);

        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(lastReport().getDeploymentId()).isEqualTo("d2");
        desired.handle(
                signer.sign(TestDeployment.of(DEVICE, "d1", 1).manifest()).toByteArray());
        assertThat(lastReport().getReasonCode()).isEqualTo(ReasonCode.MANIFEST_REPLAYED.name());
    }

    private static SignedTrustStatement revoking(SigningKey revoked, SigningKey next) {
        return new TrustStatementSigner(ROOT)
                .sign(TrustStatement.newBuilder()
                        .setVersion(1)
                        .addKeys(TrustedKey.newBuilder().setPublicKey(encoded(next)))
                        .addRevokedKeyIds(revoked.keyId())
                        .addRootKeys(encoded(ROOT))
                        .build());
    }

    private static ByteString encoded(SigningKey key) {
        return ByteString.copyFrom(key.verificationKeys().toX509().get(0));
    }

    @Test
    void revertsWhatFailsItsSelfTestAndKeepsTheModelBefore() {
        install(TestDeployment.of(DEVICE, "d1", 1));
        rightAnswers = 5;

        install(TestDeployment.of(DEVICE, "d2", 2));

        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_REVERTED);
        assertThat(lastReport().getSelfTest().getAccuracy()).isEqualTo(0.5);
        assertThat(serving).hasValueSatisfying(manifest -> assertThat(manifest.getDeploymentId())
                .isEqualTo("d1"));
        assertThat(loaded).extracting(model -> model.closed).containsExactly(false, true);
    }

    @Test
    void revertsWhatCanNotBeLoaded() {
        rightAnswers = -1;

        install(TestDeployment.of(DEVICE, "d1", 1));

        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_REVERTED);
        assertThat(lastReport().getReasonCode()).isEqualTo(ReasonCode.MODEL_LOAD_FAILED.name());
    }

    @Test
    void refusesArtifactsWhoseChunksWereCutShortOnDisk() throws IOException {
        TestDeployment deployment = TestDeployment.of(DEVICE, "d1", 1);
        desired.handle(signed(deployment));
        List<Map.Entry<Sha256, byte[]>> chunks = List.copyOf(deployment.chunks().entrySet());
        Map.Entry<Sha256, byte[]> first = chunks.get(0);
        runner.chunkArrived(first.getKey(), first.getValue());
        Files.write(directory.resolve("chunks").resolve(first.getKey().hex()), new byte[0]);

        deliverChunks(deployment);

        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_REFUSED);
        assertThat(lastReport().getReasonCode()).isEqualTo(ReasonCode.STORAGE_FAILED.name());
    }

    @Test
    void fetchesAgainWhatWasDamagedOnDiskBeforeARestart() throws IOException {
        TestDeployment deployment = TestDeployment.of(DEVICE, "d1", 1);
        desired.handle(signed(deployment));
        Map.Entry<Sha256, byte[]> chunk =
                deployment.chunks().entrySet().iterator().next();
        runner.chunkArrived(chunk.getKey(), chunk.getValue());
        byte[] damaged = chunk.getValue().clone();
        damaged[0]++;
        Files.write(directory.resolve("chunks").resolve(chunk.getKey().hex()), damaged);
        link.subscriptions.clear();

        start();
        runner.resume(assignments, manifest());

        assertThat(link.subscriptions).contains(MqttTopics.chunk(chunk.getKey()));
        deliverChunks(deployment);
        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
    }

    @Test
    void refusesAManifestThatExpiresWhileItsChunksAreMissing() {
        desired.handle(signed(TestDeployment.of(DEVICE, "d1", 1)));

        clock.advance(Duration.ofHours(2));
        runner.tick(false);

        assertThat(lastReport().getReasonCode()).isEqualTo(ReasonCode.MANIFEST_EXPIRED.name());
        assertThat(link.unsubscriptions).isNotEmpty();
    }

    @Test
    void goesOnAfterARestartWithTheChunksItHas() throws IOException {
        TestDeployment first = TestDeployment.of(DEVICE, "d1", 1);
        desired.handle(signed(first));
        Map.Entry<Sha256, byte[]> chunk = first.chunks().entrySet().iterator().next();
        runner.chunkArrived(chunk.getKey(), chunk.getValue());
        link.subscriptions.clear();

        start();
        runner.resume(assignments, manifest());

        assertThat(link.subscriptions).isNotEmpty().doesNotContain(MqttTopics.chunk(chunk.getKey()));
        deliverChunks(first);
        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        // How much has come is stored with every report of progress, not with every chunk.
        assertThat(lastReport().getFetchedBytes()).isEqualTo(first.publishedBytes() - chunk.getValue().length);
    }

    @Test
    void saysAgainWhereItStandsWhenABrokerThatLostItsSessionBringsTheSameDesiredState() {
        TestDeployment first = TestDeployment.of(DEVICE, "d1", 1);
        install(first);
        long number = lastReport().getReportNumber();
        desired.handle(signed(first));
        assertThat(lastReport().getReportNumber()).as("no news").isEqualTo(number);

        reporter.sessionLost();
        desired.handle(signed(first));

        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(lastReport().getDeploymentId()).isEqualTo("d1");
        assertThat(lastReport().getReportNumber()).isGreaterThan(number);
        assertThat(lastReport().getRepeats()).isEqualTo(number);
    }

    @Test
    void aSwitchThatWasMadeBeforeItDiedCounts() throws IOException {
        TestDeployment first = TestDeployment.of(DEVICE, "d1", 1);
        install(first);
        Journal switching = new JournalFile(directory.resolve("journal")).load();
        ReportedState before = switching.deployment().orElseThrow().toBuilder()
                .setState(DeviceState.DEVICE_STATE_SWITCHING)
                .build();
        new JournalFile(directory.resolve("journal")).store(switching.at(before, 1));

        start();
        runner.resume(assignments, manifest());

        assertThat(deployment.state()).isInstanceOf(Deployment.Active.class);
        assertThat(loaded).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.onnx", "probe-set.pb", "manifest"})
    void installsAgainWhatWasDamaged(String damaged) throws IOException {
        TestDeployment first = TestDeployment.of(DEVICE, "d1", 1);
        install(first);
        serving = Optional.empty();
        Files.write(directory.resolve("slots/a").resolve(damaged), new byte[] {0});

        start();
        runner.resume(assignments, manifest());
        deliverChunks(first);

        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(serving).isPresent();
    }

    @Test
    void aSelfTestThatKeepsKillingTheAgentIsNotBegunForEver() throws IOException {
        TestDeployment first = TestDeployment.of(DEVICE, "d1", 1);
        desired.handle(signed(first));
        Journal journal = reporter.journal();
        new JournalFile(directory.resolve("journal"))
                .store(journal.at(journal.deployment().orElseThrow(), 3));

        start();
        runner.resume(assignments, manifest());
        deliverChunks(first);

        assertThat(lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_REVERTED);
        assertThat(lastReport().getReason()).contains("died 3 times");
        assertThat(loaded).isEmpty();
    }

    @Test
    void reportsMadeOffLineAreDeliveredInOrderWithTheNumbersTheyHad() throws IOException {
        link.online(false);
        desired.handle(signed(TestDeployment.of(DEVICE, "d1", 1)));
        desired.handle(signed(TestDeployment.of(DEVICE, "d2", 2)));
        start();
        link.online(true);

        reporter.connected();
        tick(3);

        assertThat(reports())
                .extracting(ReportedState::getDeploymentId, ReportedState::getState, ReportedState::getReportNumber)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("d1", DeviceState.DEVICE_STATE_REFUSED, 2L),
                        org.assertj.core.groups.Tuple.tuple("d2", DeviceState.DEVICE_STATE_FETCHING, 3L));
    }

    @Override
    public Optional<Manifest> manifest() {
        return serving;
    }

    @Override
    public void serve(Model model, Manifest manifest) {
        serving = Optional.of(manifest);
    }

    private Model load(Path model, Path probeSet) {
        if (rightAnswers < 0) {
            throw new ModelException("not a model");
        }
        FakeModel fake = new FakeModel(rightAnswers);
        loaded.add(fake);
        return fake;
    }

    private void install(TestDeployment next) {
        desired.handle(signed(next));
        deliverChunks(next);
    }

    private void deliverChunks(TestDeployment of) {
        of.chunks().forEach(runner::chunkArrived);
    }

    private void tick(int times) {
        for (int i = 0; i < times; i++) {
            runner.tick(true);
            reporter.tick();
        }
    }

    private static byte[] signed(TestDeployment next) {
        return new ManifestSigner(KEY, Optional.empty()).sign(next.manifest()).toByteArray();
    }

    private List<ReportedState> reports() {
        return link.published.stream()
                .map(published -> {
                    try {
                        return ReportedState.parseFrom(published.payload());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }

    private List<DeviceState> states(String deploymentId) {
        return reports().stream()
                .filter(report -> report.getDeploymentId().equals(deploymentId))
                .map(ReportedState::getState)
                .toList();
    }

    private ReportedState lastReport() {
        return reports().get(reports().size() - 1);
    }

    private static final class FakeModel implements Model {
        static final int SAMPLES = 10;
        private final int right;
        private boolean closed;

        FakeModel(int right) {
            this.right = right;
        }

        @Override
        public int samples() {
            return SAMPLES;
        }

        @Override
        public int label(int sample) {
            return sample < right ? 0 : 1;
        }

        @Override
        public Answer classify(int sample) {
            return new Answer(0, 1000);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
