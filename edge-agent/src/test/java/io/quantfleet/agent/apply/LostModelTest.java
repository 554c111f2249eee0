package io.quantfleet.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.ReportedState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that was active and can't be served after a start: the device gets it back, and its one final report stands. */
class LostModelTest {
    @TempDir
    Path directory;

    private TestDevice device;
    private TestDeployment before;
    private TestDeployment lost;

    @BeforeEach
    void start() throws Exception {
        device = new TestDevice(directory.resolve("state"));
        before = install(TestDeployment.of(TestDevice.DEVICE, "d1", 1));
        lost = install(TestDeployment.of(TestDevice.DEVICE, "d2", 2));
    }

    @AfterEach
    void stop() throws Exception {
        device.stop();
    }

    @Test
    void isInstalledAgainWithoutASecondFinalReport() throws Exception {
        damageTheModelThatServes();

        device.restart();
        device.tick(3);
        assertThat(device.lastReport().getActiveVariantSha256()).isEqualTo(before.variantSha256());
        assertThat(device.lastReport().getReason()).contains("being installed again");
        device.receive(lost.chunks());

        assertThat(device.manifest()).contains(lost.manifest());
        assertThat(device.lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(reportsSinceItWasActive()).isNotEmpty().allMatch(ReportedState::getAfterActive);
        assertThat(device.finalReports("d2")).hasSize(1);
    }

    @Test
    void isStillAfterItWasActiveIfTheAgentIsKilledMeanwhile() throws Exception {
        damageTheModelThatServes();
        device.restart();

        device.restart();
        device.receive(lost.chunks());

        assertThat(device.manifest()).contains(lost.manifest());
        assertThat(device.finalReports("d2")).hasSize(1);
    }

    @Test
    void isReportedLostWhereItCanNotBeInstalledAgain() throws Exception {
        device.quality = -1;

        device.restart();

        ReportedState report = device.lastReport();
        assertThat(report.getState()).isEqualTo(DeviceState.DEVICE_STATE_REVERTED);
        assertThat(report.getReasonCode()).isEqualTo(ReasonCode.MODEL_LOAD_FAILED.name());
        assertThat(report.getAfterActive()).isTrue();
        assertThat(report.getActiveVariantSha256()).isEmpty();
        assertThat(device.finalReports("d2"))
                .extracting(ReportedState::getState)
                .containsExactly(DeviceState.DEVICE_STATE_ACTIVE);
    }

    @Test
    void isTriedAgainAtEachStart() throws Exception {
        device.quality = -1;
        for (int start = 0; start < 5; start++) {
            device.restart();
            assertThat(device.lastReport().getReasonCode()).isEqualTo(ReasonCode.MODEL_LOAD_FAILED.name());
        }

        device.quality = 1;
        device.restart();

        assertThat(device.manifest()).contains(lost.manifest());
        assertThat(device.lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_ACTIVE);
        assertThat(device.finalReports("d2")).hasSize(1);
    }

    @Test
    void isNotTriedAgainWhereItFailedItsSelfTest() throws Exception {
        damageTheModelThatServes();
        device.quality = 0.1;
        device.restart();
        device.receive(lost.chunks());
        assertThat(device.lastReport().getReasonCode()).isEqualTo(ReasonCode.SELF_TEST_FAILED.name());
        int reports = device.reports().size();

        device.restart();

        assertThat(device.reports()).hasSize(reports);
        assertThat(device.manifest()).contains(before.manifest());
    }

    @Test
    void givesWayToANewerOne() throws Exception {
        damageTheModelThatServes();
        device.restart();

        install(TestDeployment.of(TestDevice.DEVICE, "d3", 3));

        assertThat(device.finalReports("d2")).hasSize(1);
        assertThat(device.finalReports("d3")).hasSize(1);
    }

    @Test
    void isInstalledAgainAfterItsManifestExpired() throws Exception {
        TestDeployment expiring = install(TestDeployment.of(TestDevice.DEVICE, "d3", 3)
                .expiringAt(Instant.now().plus(Duration.ofHours(1))));
        device.clock.advance(Duration.ofDays(1));
        damageTheModelThatServes();

        device.restart();
        device.tick(2);
        device.receive(expiring.chunks());

        assertThat(device.manifest()).contains(expiring.manifest());
    }

    private List<ReportedState> reportsSinceItWasActive() {
        List<ReportedState> reports = device.reports().stream()
                .filter(report -> report.getDeploymentId().equals("d2"))
                .toList();
        int active = reports.indexOf(device.finalReports("d2").get(0));
        return reports.subList(active + 1, reports.size());
    }

    private void damageTheModelThatServes() throws IOException {
        Path slots = directory.resolve("state/slots");
        String current = Files.readString(slots.resolve("current")).strip();
        Path model = slots.resolve(current).resolve("model.onnx");
        byte[] content = Files.readAllBytes(model);
        content[0]++;
        Files.write(model, content);
    }

    private TestDeployment install(TestDeployment deployment) {
        device.desire(deployment);
        device.receive(deployment.chunks());
        assertThat(device.manifest().map(Manifest::getDeploymentId))
                .contains(deployment.manifest().getDeploymentId());
        return deployment;
    }
}
