package io.quantfleet.controlplane.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.quantfleet.controlplane.latency.LatencyHistogramTest;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.TelemetryWindow;
import io.quantfleet.protocols.v1.TelemetryWindowReceived;
import java.time.Instant;
import java.util.Collections;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class WindowTest {
    @Test
    void readsAWindow() {
        Window window = read(valid());

        assertThat(window.device().value()).isEqualTo("pi-1");
        assertThat(window.start()).isEqualTo(Instant.ofEpochSecond(1000));
        assertThat(window.deployment()).isEmpty();
        assertThat(window.board().cpuTemperature()).isEmpty();
        assertThat(window.figures().latency().percentile(50)).isPresent();
    }

    @Test
    void readsTheFormatThatNamesThingsInBytes() {
        Sha256 variant = Sha256.of(new byte[] {7});
        TelemetryWindow.Builder window = valid().clearVariantSha256()
                .setFormat(2)
                .setVariant(ByteString.fromHex(variant.hex()))
                .setDeployment(ByteString.fromHex("00112233445566778899aabbccddeeff"));

        Window read = read(window.setSeries(-5));

        assertThat(read.variant()).isEqualTo(variant);
        assertThat(read.series()).isEqualTo(-5);
        assertThat(read.deployment()).contains(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
        refused(window.clone().setDeployment(ByteString.fromHex("0011")));
        refused(window.clone().clearVariant());
    }

    @Test
    void refusesAFormatThatIsNewerAndSaysWhatToDo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(valid().setFormat(3)))
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

    @Test
    void refusesDistributionsThatAreNone() {
        refused(valid().addPredictedClasses(3));
        refused(valid().addPredictedClasses(3)
                .addPredictedClasses(3)
                .addPredictedCounts(1)
                .addPredictedCounts(1));
        refused(valid().addPredictedClasses(3).addPredictedCounts(-1));
        refused(valid().addAllConfidences(Collections.nCopies(21, 1L)));
        refused(valid().addAllPredictedClasses(IntStream.range(0, 65).boxed().toList())
                .addAllPredictedCounts(Collections.nCopies(65, 1L)));
        refused(valid().setWindowNumber(-1));
    }

    @Test
    void aWindowCountsAtItsOwnTimeUnlessItsClockIsAhead() {
        assertThat(read(valid()).countedAt()).isEqualTo(Instant.ofEpochSecond(1060));
        assertThat(read(valid().setEnd(Timestamp.newBuilder().setSeconds(2300))).countedAt())
                .isEqualTo(Instant.ofEpochSecond(2300));
        assertThat(read(valid().setEnd(Timestamp.newBuilder().setSeconds(2301))).countedAt())
                .isEqualTo(Instant.ofEpochSecond(2000));
    }

    /** Received at second 2000. */
    private static Window read(TelemetryWindow.Builder window) {
        return Window.of(TelemetryWindowReceived.newBuilder()
                .setWindow(window)
                .setReceivedAt(Timestamp.newBuilder().setSeconds(2000))
                .build());
    }

    private static void refused(TelemetryWindow.Builder window) {
        assertThatIllegalArgumentException().isThrownBy(() -> read(window));
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
