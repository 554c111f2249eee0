package io.quantfleet.agent.app;

import static io.quantfleet.agent.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.testkit.AgentProgram;
import io.quantfleet.agent.testkit.EnrolmentStub;
import io.quantfleet.agent.testkit.TestBroker;
import io.quantfleet.agent.testkit.TestControlPlane;
import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.ReportedState;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent as a process: how it starts, waits, dies and comes back. */
class AgentProgramIT {
    private static final SigningKey KEY = SigningKey.generate();
    private static final DeviceId DEVICE = new DeviceId("cam-9");

    @TempDir
    Path directory;

    private int brokerPort;
    private int controlPlanePort;

    @BeforeEach
    void choosePorts() throws IOException {
        brokerPort = TestBroker.freePort();
        controlPlanePort = TestBroker.freePort();
    }

    @AfterEach
    void showWhatTheAgentSaid() throws IOException {
        if (Files.exists(log())) {
            System.out.println(Files.readString(log()));
        }
    }

    @Test
    void waitsForTheControlPlaneAndTheBrokerToComeUp() throws Exception {
        try (AgentProgram agent = start(EnrolmentStub.TOKEN)) {
            eventually().until(() -> agent.output().contains("waiting for the control plane"));
            try (EnrolmentStub enrolment = enrolment()) {
                eventually().until(() -> agent.output().contains("enrolled deviceId=cam-9"));
                assertThat(enrolment.requests)
                        .last()
                        .matches(request ->
                                request.path("labels").path("site").asText().equals("roof"));
            }
            eventually().until(() -> agent.output().contains("waiting for the broker"));
            assertThat(agent.output()).doesNotContain(EnrolmentStub.TOKEN).doesNotContain("secret");
            try (TestBroker broker = broker();
                    TestControlPlane controlPlane = controlPlane()) {
                controlPlane.deploy(TestDeployment.of(DEVICE, "d1", 1));
                eventually().until(() -> controlPlane.statesOf("d1").contains(DeviceState.DEVICE_STATE_ACTIVE));
                assertThat(agent.terminate()).isEqualTo(143);
                eventually().until(() -> !controlPlane
                        .presences
                        .get(controlPlane.presences.size() - 1)
                        .getOnline());
            }
        }
        assertThat(Files.getPosixFilePermissions(state().resolve("identity")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void goesOnFetchingWhereItWasKilled() throws Exception {
        try (EnrolmentStub enrolment = enrolment();
                TestBroker broker = broker();
                TestControlPlane controlPlane = controlPlane()) {
            TestDeployment first = TestDeployment.of(DEVICE, "d1", 1);
            TestDeployment second = TestDeployment.of(DEVICE, "d2", 2, 100_000, 1.0);
            Map<Sha256, byte[]> half = new LinkedHashMap<>();
            second.chunks().entrySet().stream()
                    .limit(second.chunks().size() / 2)
                    .forEach(chunk -> half.put(chunk.getKey(), chunk.getValue()));
            try (AgentProgram agent = start(EnrolmentStub.TOKEN)) {
                controlPlane.deploy(first);
                eventually().until(() -> controlPlane.statesOf("d1").contains(DeviceState.DEVICE_STATE_ACTIVE));
                assertThat(Path.of("/proc", Long.toString(agent.pid()), "maps"))
                        .as(
                                "what it runs models with is kept, not unpacked anew into a directory that a kill leaves behind")
                        .content()
                        .contains(state().resolve("runtime/libonnxruntime.so").toString());
                controlPlane.publishChunks(half);
                controlPlane.desire(controlPlane.sign(second));
                eventually().until(() -> storedChunks() >= half.size());
                agent.kill();
            }
            eventually().until(() -> !controlPlane
                    .presences
                    .get(controlPlane.presences.size() - 1)
                    .getOnline());
            int windows = controlPlane.windows.size();

            try (AgentProgram agent = start(EnrolmentStub.TOKEN)) {
                eventually().until(() -> controlPlane.windows.size() > windows);
                assertThat(controlPlane.windows)
                        .last()
                        .matches(
                                window -> TestControlPlane.variant(window).equals(first.variantSha256()),
                                "the old model serves");
                controlPlane.publishChunks(second.chunks());
                eventually().until(() -> controlPlane.statesOf("d2").contains(DeviceState.DEVICE_STATE_ACTIVE));

                ReportedState last = controlPlane.lastReport();
                assertThat(last.getActiveVariantSha256()).isEqualTo(second.variantSha256());
                long before =
                        half.values().stream().mapToLong(chunk -> chunk.length).sum();
                assertThat(last.getFetchedBytes())
                        .as("of what came before the kill most was stored, and not fetched again")
                        .isLessThan(second.publishedBytesBeside(first) - before / 2);
                assertEachDeploymentEndedOnce(controlPlane.reports);
                assertThat(enrolment.requests).hasSize(1);
                assertThat(controlPlane.distinctWindows())
                        .extracting(TelemetryWindow::getWindowNumber)
                        .doesNotHaveDuplicates();
                assertThat(agent.isAlive()).isTrue();
            }
        }
    }

    @Test
    void saysWhyItCanNotEnrol() throws Exception {
        try (EnrolmentStub enrolment = enrolment();
                AgentProgram agent = start("wrong")) {
            assertThat(agent.exitStatus()).isEqualTo(AgentCommand.ENROLMENT_REFUSED);
            assertThat(agent.output()).contains("ENROLMENT_TOKEN_INVALID", "this token is not known");
            assertThat(enrolment.requests).hasSize(1);
        }
        assertThat(state().resolve("identity")).doesNotExist();
    }

    @Test
    void saysThatTheBrokerRefusesItsCredentialAndGoesOnTrying() throws Exception {
        try (EnrolmentStub enrolment = enrolment();
                TestBroker broker = broker()) {
            enrolment.giveCredential(TestBroker.REFUSED);
            try (AgentProgram agent = start(EnrolmentStub.TOKEN)) {
                eventually().until(() -> agent.output().split("refuses this device's credential", -1).length > 2);
                assertThat(agent.isAlive()).isTrue();
                assertThat(agent.output()).doesNotContain(TestBroker.REFUSED);
            }
        }
    }

    @Test
    void refusesAStateDirectoryThatAnotherAgentUses() throws Exception {
        try (EnrolmentStub enrolment = enrolment();
                AgentProgram first = start(EnrolmentStub.TOKEN)) {
            eventually().until(() -> first.output().contains("enrolled"));
            try (AgentProgram second = start(EnrolmentStub.TOKEN)) {
                assertThat(second.exitStatus()).isEqualTo(AgentCommand.STATE_UNUSABLE);
                assertThat(second.output()).contains("is in use by another agent");
            }
            assertThat(first.isAlive()).isTrue();
            assertThat(enrolment.requests).hasSize(1);
        }
    }

    @Test
    void showsEverythingThatIsWrongWithItsOptions() throws Exception {
        try (AgentProgram agent = AgentProgram.start(log(), "--device-id", "a b", "--probe-rate", "fast")) {
            assertThat(agent.exitStatus()).isEqualTo(2);
            assertThat(agent.output())
                    .contains(
                            "--device-id 'a b'",
                            "--device-class is missing",
                            "--state-dir is missing",
                            "--probe-rate 'fast'");
        }
    }

    private static void assertEachDeploymentEndedOnce(List<ReportedState> reports) {
        assertThat(reports.stream()
                        .filter(report -> report.getState() == DeviceState.DEVICE_STATE_ACTIVE)
                        .map(ReportedState::getReportNumber)
                        .distinct())
                .hasSize(2);
        assertThat(reports)
                .extracting(ReportedState::getState)
                .doesNotContain(DeviceState.DEVICE_STATE_REFUSED, DeviceState.DEVICE_STATE_REVERTED);
    }

    private AgentProgram start(String token) throws IOException {
        return AgentProgram.start(
                log(),
                "--control-plane=http://127.0.0.1:" + controlPlanePort,
                "--device-id=" + DEVICE,
                "--device-class=" + TestDeployment.DEVICE_CLASS,
                "--state-dir=" + state(),
                "--enrolment-token=" + token,
                "--label=site=roof",
                "--telemetry-interval=500ms",
                "--probe-rate=50/s");
    }

    private int storedChunks() {
        return Objects.requireNonNull(state().resolve("chunks").toFile().list()).length;
    }

    private EnrolmentStub enrolment() throws IOException {
        return new EnrolmentStub(controlPlanePort, TestBroker.uri(brokerPort), KEY);
    }

    private TestBroker broker() throws Exception {
        return TestBroker.start(directory.resolve("broker"), brokerPort);
    }

    private TestControlPlane controlPlane() throws Exception {
        return new TestControlPlane(TestBroker.uri(brokerPort), KEY, DEVICE);
    }

    private Path state() {
        return directory.resolve("state");
    }

    private Path log() {
        return directory.resolve("agent.log");
    }

    private static ConditionFactory eventually() {
        return await();
    }
}
