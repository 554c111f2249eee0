package io.quantfleet.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.testkit.TestDeployment;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.DeviceState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Boards without a battery wake up in another year. */
class WrongClockTest {
    private static final Duration YEARS = Duration.ofDays(3650);

    @TempDir
    Path directory;

    private TestDevice device;

    @BeforeEach
    void start() throws Exception {
        device = new TestDevice(directory.resolve("state"));
    }

    @Test
    void aClockThatIsYearsBehindHoldsNothingUp() {
        device.clock.advance(YEARS.negated());

        install("d1", 1);
        device.desire(TestDeployment.of(TestDevice.DEVICE, "d0", 1));

        assertThat(device.lastReport().getReasonCode()).isEqualTo(ReasonCode.MANIFEST_REPLAYED.name());
    }

    @Test
    void aClockThatIsYearsAheadRefusesAndSaysWhatItReads() {
        install("d1", 1);
        device.clock.advance(YEARS);

        device.desire(TestDeployment.of(TestDevice.DEVICE, "d2", 2));

        assertThat(device.lastReport().getState()).isEqualTo(DeviceState.DEVICE_STATE_REFUSED);
        assertThat(device.lastReport().getReasonCode()).isEqualTo(ReasonCode.MANIFEST_EXPIRED.name());
        assertThat(device.lastReport().getReason())
                .contains("this device's clock says "
                        + device.clock.instant().toString().substring(0, 10));
        assertThat(device.lastReport().getAt().getSeconds())
                .as("the control plane sees what the clock reads")
                .isEqualTo(device.clock.instant().getEpochSecond());
        device.clock.advance(YEARS.negated());
        install("d3", 3);
    }

    @Test
    void aClockThatIsSetWhileChunksComeLosesNothing() throws Exception {
        device.clock.advance(YEARS.negated());
        TestDeployment deployment = TestDeployment.of(TestDevice.DEVICE, "d1", 1);
        device.desire(deployment);
        device.tick(1);

        device.clock.advance(YEARS);
        device.tick(3);
        device.restart();
        device.receive(deployment.chunks());

        assertThat(device.manifest()).contains(deployment.manifest());
        assertThat(device.finalReports("d1")).hasSize(1);
    }

    private void install(String id, long sequence) {
        TestDeployment deployment = TestDeployment.of(TestDevice.DEVICE, id, sequence);
        device.desire(deployment);
        device.receive(deployment.chunks());
        assertThat(device.manifest()).contains(deployment.manifest());
    }

    /**
     * Who controls the broker kept a manifest back, and brings it long after it has expired, to a device that lost its
     * clock in a power cut: once before it was started again, and once after.
     */
    @Test
    void aClockThatIsYearsBehindMakesNoExpiredManifestGood() throws Exception {
        install("d1", 1);
        Instant expired = device.clock.instant().minus(Duration.ofDays(30));
        device.clock.advance(YEARS.negated());

        device.desire(TestDeployment.of(TestDevice.DEVICE, "withheld", 2).expiringAt(expired));

        assertRefusedAsExpired();
        device.restart();
        device.desire(TestDeployment.of(TestDevice.DEVICE, "withheld", 3).expiringAt(expired));

        assertRefusedAsExpired();
        install("d4", 4);
    }

    @Test
    void whatIsKnownOfTheTimeSurvivesTheLossOfItsFile() throws Exception {
        install("d1", 1);
        Instant expired = device.clock.instant().minus(Duration.ofDays(30));
        device.clock.advance(YEARS.negated());
        Files.writeString(directory.resolve("state/time-floor"), "atLeast=soon");
        device.restart();

        device.desire(TestDeployment.of(TestDevice.DEVICE, "withheld", 2).expiringAt(expired));

        assertRefusedAsExpired();
    }

    private void assertRefusedAsExpired() {
        assertThat(device.lastReport().getReasonCode()).isEqualTo(ReasonCode.MANIFEST_EXPIRED.name());
        assertThat(device.lastReport().getReason())
                .contains("for certain, though this device's clock says "
                        + device.clock.instant().toString().substring(0, 10));
    }
}
