package io.quantfleet.protocols.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.UnknownFieldSet;
import io.quantfleet.protocols.v1.Credential;
import io.quantfleet.protocols.v1.DeltaHeader;
import io.quantfleet.protocols.v1.DevicePresenceChanged;
import io.quantfleet.protocols.v1.DeviceReported;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.ModelVersionRegistered;
import io.quantfleet.protocols.v1.Presence;
import io.quantfleet.protocols.v1.ProbeSet;
import io.quantfleet.protocols.v1.QuantizationFailed;
import io.quantfleet.protocols.v1.QuantizationJobCancelled;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quantfleet.protocols.v1.QuantizationProgressed;
import io.quantfleet.protocols.v1.ReportedState;
import io.quantfleet.protocols.v1.SignedCredential;
import io.quantfleet.protocols.v1.SignedManifest;
import io.quantfleet.protocols.v1.SignedTrustStatement;
import io.quantfleet.protocols.v1.TelemetryWindow;
import io.quantfleet.protocols.v1.TelemetryWindowReceived;
import io.quantfleet.protocols.v1.TrustStatement;
import io.quantfleet.protocols.v1.VariantQuantized;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the bytes of every message against golden files: the bytes that programs in the field read and write. A change
 * that turns this red breaks them; make a new version of the message instead. New messages and new fields get their
 * golden files with {@code -Dgolden.update=true}, whose diff then shows exactly what was added.
 */
class WireFormatTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final int UNKNOWN_FIELD = 15_000;

    static Stream<Message> messages() {
        return Stream.of(
                ModelVersionRegistered.getDefaultInstance(),
                QuantizationJobRequested.getDefaultInstance(),
                QuantizationJobCancelled.getDefaultInstance(),
                QuantizationProgressed.getDefaultInstance(),
                VariantQuantized.getDefaultInstance(),
                QuantizationFailed.getDefaultInstance(),
                TelemetryWindowReceived.getDefaultInstance(),
                DeviceReported.getDefaultInstance(),
                DevicePresenceChanged.getDefaultInstance(),
                SignedManifest.getDefaultInstance(),
                SignedTrustStatement.getDefaultInstance(),
                TrustStatement.getDefaultInstance(),
                Manifest.getDefaultInstance(),
                ReportedState.getDefaultInstance(),
                Presence.getDefaultInstance(),
                TelemetryWindow.getDefaultInstance(),
                ProbeSet.getDefaultInstance(),
                DeltaHeader.getDefaultInstance(),
                SignedCredential.getDefaultInstance(),
                Credential.getDefaultInstance());
    }

    @ParameterizedTest
    @MethodSource("messages")
    void theBytesAreThoseInTheField(Message type) throws Exception {
        DynamicMessage populated = Populated.of(type.getDescriptorForType()).get(0);
        Path bytes = GOLDEN.resolve(type.getDescriptorForType().getName() + ".v1.binpb");
        Path text = GOLDEN.resolve(type.getDescriptorForType().getName() + ".v1.txtpb");
        if (Boolean.getBoolean("golden.update")) {
            update(populated, bytes, text);
        }

        assertThat(TextFormat.printer().printToString(populated)).isEqualTo(Files.readString(text));
        assertThat(populated.toByteArray()).isEqualTo(Files.readAllBytes(bytes));
        assertThat(type.getParserForType().parseFrom(Files.readAllBytes(bytes)).toString())
                .isEqualTo(populated.toString());
    }

    @Test
    void whatWasWrittenBeforeThereWereOptionsIsReadWithoutThem() throws Exception {
        Path earlier = GOLDEN.resolve("earlier");

        var job = QuantizationJobRequested.parseFrom(
                Files.readAllBytes(earlier.resolve("QuantizationJobRequested.v1.binpb")));
        var version = ModelVersionRegistered.parseFrom(
                Files.readAllBytes(earlier.resolve("ModelVersionRegistered.v1.binpb")));
        var progress = QuantizationProgressed.parseFrom(
                Files.readAllBytes(earlier.resolve("QuantizationProgressed.v1.binpb")));

        assertThat(job.getJobId()).isEqualTo("job_id-1");
        assertThat(job.hasOptions()).isFalse();
        assertThat(version.getModelName()).isEqualTo("model_name-1");
        assertThat(version.hasOptions()).isFalse();
        assertThat(progress.getRungsList()).isEmpty();
        var variant = VariantQuantized.parseFrom(Files.readAllBytes(earlier.resolve("VariantQuantized.v1.binpb")));
        assertThat(variant.getReportJson()).isEqualTo("report_json-7");
        assertThat(variant.hasReportPage()).isFalse();
    }

    @Test
    void manifestsFromBeforeChunksHadEncodingsNameTheSameChunks() throws Exception {
        Path earlier = GOLDEN.resolve("earlier");

        var manifest = Manifest.parseFrom(Files.readAllBytes(earlier.resolve("Manifest.v1.binpb")));
        var report = ReportedState.parseFrom(Files.readAllBytes(earlier.resolve("ReportedState.v1.binpb")));

        var chunk = manifest.getVariant().getChunks(0);
        assertThat(chunk.getSha256()).isEqualTo("sha256-1");
        assertThat(chunk.getSize()).isEqualTo(2);
        assertThat(chunk.hasEncoded()).isFalse();
        assertThat(manifest.getVariant().hasPublished()).isFalse();
        assertThat(manifest.getVariant().getNotOnBroker()).isFalse();
        assertThat(manifest.hasDelta()).isFalse();
        assertThat(report.hasDelta()).isFalse();
    }

    @Test
    void aWindowFromAnAgentThatAnswersNoRequestsIsRead() throws Exception {
        TelemetryWindow window = TelemetryWindow.parseFrom(
                Files.readAllBytes(GOLDEN.resolve("earlier").resolve("TelemetryWindow.v1.binpb")));

        assertThat(window.getInferences()).isEqualTo(12);
        assertThat(window.getRequests() + window.getFeedbackRight() + window.getFeedbackWrong())
                .isZero();
    }

    @Test
    void aWindowOfFormat1IsRead() throws Exception {
        TelemetryWindow window = TelemetryWindow.parseFrom(
                Files.readAllBytes(GOLDEN.resolve("earlier").resolve("TelemetryWindow.format1.binpb")));

        assertThat(window.getFormat()).isZero();
        assertThat(window.getVariantSha256()).isEqualTo("variant_sha256-6");
        assertThat(window.getFeedbackWrong()).isEqualTo(20);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void aFieldFromALaterVersionIsIgnored(Message type) throws Exception {
        DynamicMessage populated = Populated.of(type.getDescriptorForType()).get(0);
        byte[] later = populated.toBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                UNKNOWN_FIELD,
                                UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build())
                .build()
                .toByteArray();

        Message read = type.getParserForType().parseFrom(later);

        assertThat(read.getAllFields().keySet())
                .containsExactlyInAnyOrderElementsOf(populated.getAllFields().keySet());
    }

    private static void update(DynamicMessage populated, Path bytes, Path text) throws IOException {
        Files.createDirectories(GOLDEN);
        Files.write(bytes, populated.toByteArray());
        Files.writeString(text, TextFormat.printer().printToString(populated));
    }
}
