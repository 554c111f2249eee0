package io.quantfleet.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.ReportedState;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that passes its self-test and then keeps taking the agent down, and one that takes too much memory. */
class CrashingModelTest {
    private static final int ENOUGH = 4;

    @TempDir
    Path directory;

    private TestDevice device;

    @BeforeEach
    void start() throws Exception {
        device = new TestDevice(directory.resolve("state"));
    }

    @Test
    void goesBackToTheModelBefore() throws Exception {
        TestDeployment good = install("d1", 1);
        TestDeployment bad = install("d2", 2);

        for (int start = 1; start < ENOUGH; start++) {
            device.restart();
            assertThat(device.manifest()).contains(bad.manifest());
        }
        device.restart();

        assertThat(device.manifest()).contains(good.manifest());
        ReportedState report = device.lastReport();
        assertThat(report.getDeploymentId()).isEqualTo("d2");
        assertThat(report.getState()).isEqualTo(DeviceState.DEVICE_STATE_REVERTED);
        assertThat(report.getReasonCode()).isEqualTo(ReasonCode.MODEL_CRASHED.name());
        assertThat(report.getActiveVariantSha256()).isEqualTo(good.variantSha256());
    }

    @Test
    void doesNotInstallItAgainAndReportsItOnce() throws Exception {
        install("d1", 1);
        TestDeployment bad = install("d2", 2);
        for (int start = 1; start <= ENOUGH; start++) {
            device.restart();
        }
        int reports = device.reports().size();

        device.desire(bad);
        device.receive(bad.chunks());
        device.restart();
        device.desire(bad);
        device.tick(30);

        assertThat(device.reports()).hasSize(reports);
        assertThat(device.manifest().map(Manifest::getDeploymentId)).contains("d1");
        install("d3", 3);
    }

    @Test
    void servesNothingWhereThereWasNoModelBefore() throws Exception {
        install("d1", 1);
        for (int start = 1; start <= ENOUGH; start++) {
            device.restart();
        }

        assertThat(device.manifest()).isEmpty();
        assertThat(device.lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_REVERTED);
        assertThat(device.lastReport().getActiveVariantSha256()).isEmpty();
        device.restart();
        install("d2", 2);
    }

    @Test
    void aModelThatServedForAMinuteIsNotTheOneThatCrashes() throws Exception {
        install("d1", 1);
        TestDeployment good = install("d2", 2);
        for (int start = 1; start <= 3 * ENOUGH; start++) {
            device.restart();
            device.tick(60);
        }

        assertThat(device.manifest()).contains(good.manifest());
    }

    @Test
    void stoppingInGoodOrderIsNoCrash() throws Exception {
        TestDeployment good = install("d1", 1);
        for (int start = 1; start <= 3 * ENOUGH; start++) {
            device.stop();
            device.boot();
        }

        assertThat(device.manifest()).contains(good.manifest());
    }

    @Test
    void revertsAModelThatTakesMoreMemoryThanItsClassAllows() throws Exception {
        install("d1", 1);
        device.memoryBytes = 600L << 20;
        TestDeployment large = TestDeployment.of(TestDevice.DEVICE, "d2", 2);
        large = new TestDeployment(
                large.manifest().toBuilder().setMemoryLimitBytes(512L << 20).build(), large.chunks());

        device.desire(large);
        device.receive(large.chunks());

        ReportedState report = device.lastReport();
        assertThat(report.getState()).isEqualTo(DeviceState.DEVICE_STATE_REVERTED);
        assertThat(report.getReasonCode()).isEqualTo(ReasonCode.MEMORY_EXCEEDED.name());
        assertThat(report.getReason()).contains("600 MiB").contains("512");
        assertThat(report.getSelfTest().getMemoryBytes()).isEqualTo(600L << 20);
        assertThat(device.manifest().map(Manifest::getDeploymentId)).contains("d1");
    }

    private TestDeployment install(String id, long sequence) {
        TestDeployment deployment = TestDeployment.of(TestDevice.DEVICE, id, sequence);
        device.desire(deployment);
        device.receive(deployment.chunks());
        assertThat(device.manifest()).contains(deployment.manifest());
        return deployment;
    }
}
