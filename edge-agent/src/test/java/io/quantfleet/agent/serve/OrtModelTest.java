package io.quantfleet.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.quantfleet.agent.testkit.TinyModel;
import io.quantfleet.protocols.v1.ProbeSet;
import io.quantfleet.protocols.v1.SelfTest;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrtModelTest {
    @TempDir
    Path directory;

    private Path model;
    private Path probeSet;

    @BeforeEach
    void writeFiles() throws IOException {
        model = Files.write(directory.resolve("model.onnx"), TinyModel.onnx(1000, 1));
        probeSet = directory.resolve("probe-set.pb");
    }

    @Test
    void answersEachSample() throws IOException {
        try (Model loaded = load(TinyModel.probeSet(1.0))) {
            assertThat(loaded.samples()).isEqualTo(20);
            for (int sample = 0; sample < loaded.samples(); sample++) {
                Model.Answer answer = loaded.classify(sample);
                assertThat(answer.label()).isEqualTo(sample % TinyModel.LABELS).isEqualTo(loaded.label(sample));
                assertThat(answer.nanos()).isPositive();
            }
        }
    }

    @Test
    void theSelfTestTellsTheShareOfRightAnswers() throws IOException {
        try (Model loaded = load(TinyModel.probeSet(0.75))) {
            SelfTest result = SelfTests.run(loaded);

            assertThat(result.getSamples()).isEqualTo(20);
            assertThat(result.getAccuracy()).isEqualTo(0.75);
            assertThat(result.getP50Micros()).isPositive().isLessThanOrEqualTo(result.getP95Micros());
        }
    }

    @Test
    void layersMayShareAWeightWhereSignedBytesOverflow() throws Exception {
        Files.write(model, TinyModel.quantizedWithSharedWeight());
        OrtEnvironment environment = OrtRuntime.environment(Optional.empty());
        float[] dark = {-2, -2, 1.5f, -2};

        try (OrtSession session = new OrtSessions(true).open(environment, model, ExecutionProvider.CPU);
                OnnxTensor image =
                        OnnxTensor.createTensor(environment, FloatBuffer.wrap(dark), new long[] {1, 1, 2, 2});
                OrtSession.Result result = session.run(Map.of("image", image))) {
            assertThat(((float[][]) result.get(0).getValue())[0]).containsExactly(dark, within(0.05f));
        }
    }

    @Test
    void refusesAFileThatIsNoModel() throws IOException {
        Files.write(model, new byte[] {1, 2, 3});

        assertThatThrownBy(() -> load(TinyModel.probeSet(1.0)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("can't be loaded");
    }

    @Test
    void refusesAProbeSetThatIsDamaged() throws IOException {
        Files.write(probeSet, new byte[] {1, 2, 3});

        assertThatThrownBy(() -> new OrtModelLoader(List.of(), Optional.empty()).load(model, probeSet))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("probe set");
    }

    @Test
    void refusesAProbeSetForAnotherModel() {
        ProbeSet.Builder probes = TinyModel.probeSet(1.0).toBuilder();
        probes.getInputsBuilder(0).setName("picture");

        assertThatThrownBy(() -> load(probes.build()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("[picture]")
                .hasMessageContaining("[image]");
    }

    @Test
    void refusesAProbeSetWithTooFewPixels() {
        ProbeSet.Builder probes = TinyModel.probeSet(1.0).toBuilder();
        probes.getInputsBuilder(0).getPixelsBuilder().setData(com.google.protobuf.ByteString.copyFrom(new byte[79]));

        assertThatThrownBy(() -> load(probes.build()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("79 bytes of data, not 80");
    }

    private Model load(ProbeSet probes) throws IOException {
        Files.write(probeSet, probes.toByteArray());
        return new OrtModelLoader(List.of(), Optional.empty()).load(model, probeSet);
    }
}
