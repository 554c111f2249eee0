package io.quantfleet.quantizer.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.protocols.v1.ProbeSet;
import io.quantfleet.protocols.v1.QuantizationRung;
import io.quantfleet.protocols.v1.QuantizationStep;
import io.quantfleet.protocols.v1.TrainingPoint;
import io.quantfleet.quantizer.QuantizationOptions;
import io.quantfleet.quantizer.Quantizer;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.sample.LlamaShape;
import io.quantfleet.quantizer.sample.RandomLlama;
import io.quantfleet.quantizer.sample.SampleModel;
import io.quantfleet.quantizer.sample.TokenArchive;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real quantizer with the sample model. */
class QuantizerJobRunnerTest {
    private static final StoredArtifact ANY = new StoredArtifact(Sha256.of(new byte[0]), 0);

    @TempDir
    private Path directory;

    private QuantizerJobRunner runner;
    private JobFiles files;

    @BeforeEach
    void extract() throws IOException {
        runner = new QuantizerJobRunner(Quantizer.builder().threads(1).build(), Checkpoints.beside(directory));
        SampleModel sample = SampleModel.extractInto(directory.resolve("model"));
        files = new JobFiles(
                sample.description(),
                sample.onnx(),
                sample.calibration(),
                sample.validation(),
                Optional.empty(),
                Files.createDirectory(directory.resolve("output")));
    }

    @Test
    void judgesALanguageModelByPerplexityAndAsksDevicesForItsNextTokens() throws IOException {
        LlamaShape shape = new LlamaShape(16, 64, 1, 2, 1, 64, 6);
        Path description = RandomLlama.write(directory.resolve("llama"), "tiny", shape, 1);
        Path tokens = directory.resolve("tokens.npz");
        TokenArchive.write(
                tokens,
                shape.context(),
                new Random(2).ints(40L * shape.context(), 0, shape.vocabulary()).toArray());
        JobFiles llama = new JobFiles(
                description, description.resolveSibling("tiny.onnx"), tokens, tokens, Optional.empty(), files.output());

        JobResult result = runner.run(languageModelJob(), llama, new HeardProgress());

        assertThat(result.ready()).isFalse();
        assertThat(result.reasons()).anySatisfy(reason -> assertThat(reason).contains("diverges by"));
        assertThat(result.reportJson()).contains("\"increasePercent\"");
        ProbeSet probes = ProbeSet.parseFrom(Files.readAllBytes(result.probeSet()));
        assertThat(probes.getSamples()).isEqualTo(result.probeSamples()).isEqualTo(8);
        assertThat(probes.getPlaces()).isEqualTo(6);
        assertThat(probes.getLabelsList()).hasSize(48);
        assertThat(probes.getReferenceList()).hasSize(48).doesNotContain(-1);
        ByteBuffer ids = probes.getInputs(0).getRaw().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        for (int place = 0; place < 48; place++) {
            int next = place % 6 == 5 ? -1 : (int) ids.getLong((place + 1) * Long.BYTES);
            assertThat(probes.getLabels(place)).isEqualTo(next);
        }
        assertThat(result.probeAccuracyFp32()).isBetween(0.0, 0.5);
        assertThat(result.probeAccuracy() * 40).isCloseTo(Math.rint(result.probeAccuracy() * 40), within(1e-9));
    }

    private static QuantizationJob languageModelJob() {
        QuantizationJob like = job("rpi-cpu", "rpi-cpu");
        return new QuantizationJob(
                "tokens",
                "tiny:1",
                like.target(),
                like.artifacts(),
                WireOptions.read(io.quantfleet.protocols.v1.QuantizationOptions.newBuilder()
                                .setMethod("weight-only-int4")
                                .setMaxPerplexityIncrease(50)
                                .setMaxDivergence(0)
                                .build())
                        .probeSamples(8)
                        .build());
    }

    @Test
    void makesAVariantItsProbeSetAndItsReport() throws IOException {
        HeardProgress progress = new HeardProgress();

        JobResult result = runner.run(job("rpi-cpu", "rpi-cpu"), files, progress);

        assertThat(result.ready()).as(result.reasons().toString()).isTrue();
        assertThat(Files.size(result.variant())).isBetween(10_000L, Files.size(files.onnx()) / 2);
        assertThat(result.page()).content().contains("<h1>glyphs</h1>", "rpi-cpu");
        ProbeSet probes = ProbeSet.parseFrom(Files.readAllBytes(result.probeSet()));
        assertThat(probes.getSamples()).isEqualTo(result.probeSamples()).isEqualTo(20);
        assertThat(result.probeAccuracy()).isGreaterThan(0.5);
        JsonNode report = new ObjectMapper().readTree(result.reportJson());
        assertThat(report.get("deviceClass").asText()).isEqualTo("rpi-cpu");
        assertThat(report.get("sha256").asText())
                .isEqualTo(Sha256.of(result.variant()).hex());
        assertThat(progress.rungs).isNotEmpty().allSatisfy(rung -> {
            assertThat(rung.getName()).isNotBlank();
            assertThat(rung.getBytes()).isPositive();
            assertThat(rung.getAgreement()).isBetween(0.0, 1.0);
        });
        assertThat(progress.steps)
                .contains(QuantizationStep.QUANTIZATION_STEP_CALIBRATE, QuantizationStep.QUANTIZATION_STEP_EVALUATE);
    }

    @Test
    void refusesAProfileOfAnotherName() {
        assertThatThrownBy(() -> runner.run(job("my-board", "rpi-cpu"), files, new HeardProgress()))
                .isInstanceOfSatisfying(
                        QuantizerException.class, e -> assertThat(e.code()).isEqualTo(ReasonCode.PROFILE_INVALID))
                .hasMessage("the profile of device class my-board is named rpi-cpu");
    }

    private static QuantizationJob job(String deviceClass, String profile) {
        NamedFile file = new NamedFile("glyphs.onnx", ANY);
        return new QuantizationJob(
                "j1",
                "glyphs:1",
                new QuantizationJob.Target(deviceClass, builtIn(profile)),
                new JobArtifacts(ANY, file, List.of(), file, file, Optional.empty()),
                QuantizationOptions.builder()
                        .maxLossPoints(100)
                        .probeSamples(20)
                        .build());
    }

    private static String builtIn(String name) {
        String resource = "/io/quantfleet/protocols/device-classes/" + name + ".yaml";
        try (InputStream in = QuantizerJobRunnerTest.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static final class HeardProgress implements JobProgress {
        final Set<QuantizationStep> steps = EnumSet.noneOf(QuantizationStep.class);
        final List<QuantizationRung> rungs = new ArrayList<>();

        @Override
        public void report(QuantizationStep step, double fraction) {
            steps.add(step);
        }

        @Override
        public void climbed(QuantizationRung rung) {
            rungs.add(rung);
        }

        @Override
        public void trained(TrainingPoint point) {
            throw new AssertionError("nothing is trained");
        }
    }
}
