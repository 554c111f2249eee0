package io.quantfleet.controlplane.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.quantfleet.controlplane.latency.LatencyHistogramTest;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class WindowTest {
    @Test
    void readsAWindow() {
        Window window = Window.of(valid().build());

        assertThat(window.device().value()).isEqualTo("pi-1");
        assertThat(window.start()).isEqualTo(Instant.ofEpochSecond(1000));
        assertThat(window.deployment()).isEmpty();
        assertThat(window.cpuTemperature()).isEmpty();
        assertThat(window.figures().latency().percentile(50)).isPresent();
    }

    @Test
    void readsTheFormatThatNamesThingsInBytes() {
        Sha256 variant = Sha256.of(new byte[] {7});
        TelemetryWindow.Builder window = valid().clearVariantSha256()
                .setFormat(2)
                .setVariant(ByteString.fromHex(variant.hex()))
                .setDeployment(ByteString.fromHex("00112233445566778899aabbccddeeff"));

        Window read = Window.of(window.build());

        assertThat(read.variant()).isEqualTo(variant);
        assertThat(read.deployment()).contains(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
        refused(window.clone().setDeployment(ByteString.fromHex("0011")));
        refused(window.clone().clearVariant());
    }

    @Test
    void refusesAFormatThatIsNewerAndSaysWhatToDo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Window.of(valid().setFormat(3).build()))
                .withMessageContaining("bring the control plane up to date");
    }

    @Test
    void refusesAWindowThatEndsBeforeItStartsOrHasNoTimes() {
        refused(valid().setEnd(Timestamp.newBuilder().setSeconds(999)));
        refused(valid().clearStart());
        refused(valid().setStart(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE)));
    }

    @Test
    void refusesCountsThatNobodyCanReach() {
        refused(valid().setRight(-1));
        refused(valid().setErrors(Long.MIN_VALUE));
    }

    @Test
    void refusesAWindowOfNoVariant() {
        refused(valid().clearVariantSha256());
        refused(valid().setDeploymentId("not a uuid"));
        refused(valid().setDeviceId("../x"));
        refused(valid().clearLatencyHistogram());
    }

    private static void refused(TelemetryWindow.Builder window) {
        assertThatIllegalArgumentException().isThrownBy(() -> Window.of(window.build()));
    }

    private static TelemetryWindow.Builder valid() {
        return TelemetryWindow.newBuilder()
                .setDeviceId("pi-1")
                .setWindowNumber(1)
                .setStart(Timestamp.newBuilder().setSeconds(1000))
                .setEnd(Timestamp.newBuilder().setSeconds(1060))
                .setVariantSha256(Sha256.of(new byte[0]).hex())
                .setModelName("glyphs")
                .setModelVersion(1)
                .setLatencyHistogram(ByteString.copyFrom(LatencyHistogramTest.encoded(2, LongStream.of(500))))
                .setInferences(1)
                .setRight(1);
    }
}
