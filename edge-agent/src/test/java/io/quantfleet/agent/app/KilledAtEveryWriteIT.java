package io.quantfleet.agent.app;

import static io.quantfleet.agent.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.slot.Slot;
import io.quantfleet.agent.slot.Slots;
import io.quantfleet.agent.testkit.AgentProgram;
import io.quantfleet.agent.testkit.EnrolmentStub;
import io.quantfleet.agent.testkit.PackagedAgent;
import io.quantfleet.agent.testkit.TestBroker;
import io.quantfleet.agent.testkit.TestControlPlane;
import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.agent.testkit.TinyModel;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.ReportedState;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The agent's process is killed, with SIGKILL, at every write on the way of a deployment: in the middle of it, before it
 * counts and after. Started again, the device ends in the desired state, with one final report.
 *
 * <p>One device goes through all of it: each start finishes the deployment that the last one died of, and dies of the next.
 */
class KilledAtEveryWriteIT {
    private static final SigningKey KEY = SigningKey.generate();
    private static final DeviceId DEVICE = new DeviceId("cam-9");
    private static final Set<DeviceState> FINAL = Set.of(
            DeviceState.DEVICE_STATE_ACTIVE, DeviceState.DEVICE_STATE_REFUSED, DeviceState.DEVICE_STATE_REVERTED);

    @TempDir
    static Path directory;

    private static int sequence;
    private static TestDeployment last = TestDeployment.of(DEVICE, "none yet", 1);
    private static TestBroker broker;
    private static EnrolmentStub enrolment;
    private static PackagedAgent packaged;
    private static TestControlPlane controlPlane;
    private static Optional<AgentProgram> agent = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        Files.createDirectories(control());
        packaged = PackagedAgent.in(directory.resolve("packaged"));
        packaged.prepare();
        int port = TestBroker.freePort();
        broker = TestBroker.start(directory.resolve("broker"), port);
        enrolment = new EnrolmentStub(0, TestBroker.uri(port), KEY);
        controlPlane = new TestControlPlane(TestBroker.uri(port), KEY, DEVICE);
        agent = Optional.of(program(state()));
        deploy();
    }

    @AfterAll
    static void stop() throws Exception {
        if (agent.isPresent()) {
            agent.get().close();
        }
        controlPlane.close();
        enrolment.close();
        broker.close();
    }

    static Stream<String> points() {
        return Stream.of(
                        // The manifest that was accepted, what it says of the time, and the journal that says so.
                        writes("time-floor"),
                        writes("deployment.manifest"),
                        Stream.of("HALF journal"),
                        moves("journal FETCHING"),
                        // What is fetched.
                        writes("chunks/*"),
                        moves("journal VERIFYING"),
                        // The slot that does not serve.
                        Stream.of("DELETE slots/x/manifest", "DELETED slots/x/manifest"),
                        Stream.of("CREATE slots/x/model.onnx", "HALF slots/x/model.onnx", "FORCE slots/x/model.onnx"),
                        Stream.of("HALF slots/x/probe-set.pb", "FORCE slots/x/probe-set.pb"),
                        writes("slots/x/manifest"),
                        moves("journal SELF_TESTING"),
                        moves("journal SWITCHING"),
                        // The exchange.
                        writes("slots/current"),
                        moves("journal ACTIVE"),
                        Stream.of("MOVE journal ACTIVE delivered", "MOVED journal ACTIVE delivered"),
                        Stream.of("DELETE chunks/*", "DELETED chunks/*"),
                        // What is measured.
                        writes("telemetry/*"),
                        writes("telemetry/next"),
                        Stream.of("DELETE telemetry/*", "DELETED telemetry/*"))
                .flatMap(stream -> stream);
    }

    private static Stream<String> writes(String file) {
        return Stream.concat(Stream.of("HALF " + file), moves(file));
    }

    private static Stream<String> moves(String file) {
        return Stream.of("MOVE " + file, "MOVED " + file);
    }

    @ParameterizedTest
    @MethodSource("points")
    void endsInTheDesiredStateWithOneFinalReport(String point) throws Exception {
        TestDeployment next = TestDeployment.of(DEVICE, "d" + ++sequence, sequence);

        deployKilledAt(point, next);

        assertInstalledOnce(next);
    }

    /** In the middle of what a delta is made into, and on each side of the step by which that counts. */
    @ParameterizedTest
    @ValueSource(strings = {"CREATE", "HALF", "FORCE", "MOVE", "MOVED"})
    void endsInTheDesiredStateWhereItDiedWhileItAppliedADelta(String step) throws Exception {
        TestDeployment next = TestDeployment.of(
                        DEVICE, "d" + ++sequence, sequence, TinyModel.nudged(last.variantContent()), 1.0)
                .withDeltaFrom(last);

        deployKilledAt(step + " chunks/" + next.variantSha256(), next);

        assertInstalledOnce(next);
        assertThat(Files.readAllBytes(serving().model())).isEqualTo(next.variantContent());
    }

    private static void deployKilledAt(String point, TestDeployment next) throws Exception {
        Files.deleteIfExists(control().resolve("reached"));
        Files.writeString(control().resolve("armed"), point);
        controlPlane.deploy(next);
        last = next;
        eventually().until(() -> Files.exists(control().resolve("reached")));

        agent.orElseThrow().kill();
        Files.delete(control().resolve("armed"));
        agent = Optional.of(program(state()));
        awaitActive(next);
    }

    private static void assertInstalledOnce(TestDeployment next) throws IOException {
        awaitNothingUndelivered();
        assertOneFinalReport(next);
        assertThat(serving().holds(next.manifest())).isTrue();
        assertThat(controlPlane.distinctWindows())
                .extracting(TelemetryWindow::getWindowNumber)
                .doesNotHaveDuplicates();
    }

    /** The same for what is written once in a device's life. */
    @Test
    void enrolsAgainWhereItDiedWhileItEnrolled() throws Exception {
        Path other = directory.resolve("other");
        for (String point :
                List.of("HALF VERSION", "MOVED VERSION", "HALF identity", "MOVE identity", "MOVED identity")) {
            Files.deleteIfExists(control().resolve("reached"));
            Files.writeString(control().resolve("armed"), point);
            try (AgentProgram dying = program(other)) {
                eventually().until(() -> Files.exists(control().resolve("reached")));
                dying.kill();
            }
            Files.delete(control().resolve("armed"));
            Files.deleteIfExists(control().resolve("reached"));
            try (AgentProgram again = program(other)) {
                eventually().until(() -> Files.exists(other.resolve("identity")));
                assertThat(again.isAlive()).isTrue();
            }
            Files.delete(other.resolve("identity"));
        }
    }

    private static void deploy() throws Exception {
        TestDeployment first = TestDeployment.of(DEVICE, "d" + ++sequence, sequence);
        controlPlane.deploy(first);
        awaitActive(first);
        // The other slot, so that from now on there is something to clear in both.
        TestDeployment second = TestDeployment.of(DEVICE, "d" + ++sequence, sequence);
        controlPlane.deploy(second);
        last = second;
        awaitActive(second);
    }

    private static void awaitActive(TestDeployment deployment) {
        eventually().untilAsserted(() -> {
            assertThat(controlPlane.reports).isNotEmpty();
            assertThat(controlPlane.lastReport().getDeploymentId())
                    .isEqualTo(deployment.manifest().getDeploymentId());
            assertThat(controlPlane.lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
            assertThat(controlPlane.lastReport().getActiveVariantSha256()).isEqualTo(deployment.variantSha256());
        });
    }

    private static void awaitNothingUndelivered() {
        eventually().until(() -> !Files.readString(state().resolve("journal")).contains("outbox."));
    }

    /** A report that came again with the number it had is the same one: the control plane knows it by that. */
    private static void assertOneFinalReport(TestDeployment of) {
        assertThat(controlPlane.reports.stream()
                        .filter(report ->
                                report.getDeploymentId().equals(of.manifest().getDeploymentId()))
                        .filter(report -> FINAL.contains(report.getState()))
                        .collect(Collectors.toMap(
                                ReportedState::getReportNumber, ReportedState::getState, (one, again) -> again)))
                .hasSize(1);
    }

    private static Slot serving() throws IOException {
        return new Slots(state().resolve("slots")).current().orElseThrow();
    }

    private static AgentProgram program(Path state) throws IOException {
        return AgentProgram.startWithStopPoints(
                directory.resolve("agent.log"),
                packaged,
                control(),
                state,
                "--control-plane=" + enrolment.uri(),
                "--device-id=" + DEVICE,
                "--device-class=" + TestDeployment.DEVICE_CLASS,
                "--state-dir=" + state,
                "--enrolment-token=" + EnrolmentStub.TOKEN,
                "--telemetry-interval=500ms",
                "--reconnect-spread=1ms",
                "--probe-rate=50/s");
    }

    private static Path control() {
        return directory.resolve("control");
    }

    private static Path state() {
        return directory.resolve("state");
    }

    private static ConditionFactory eventually() {
        return await().pollInterval(Duration.ofMillis(20));
    }
}
