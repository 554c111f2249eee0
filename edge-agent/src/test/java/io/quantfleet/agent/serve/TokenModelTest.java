package io.quantfleet.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import io.quantfleet.agent.testkit.TinyModel;
import io.quantfleet.protocols.v1.ProbeElementType;
import io.quantfleet.protocols.v1.ProbeInput;
import io.quantfleet.protocols.v1.ProbeSet;
import io.quantfleet.protocols.v1.SelfTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A language model that counts: of five tokens the next one, from the last back to the first. */
class TokenModelTest {
    private static final int VOCABULARY = 5;
    private static final int TOKENS = 4;
    /** Two samples; the model is wrong once in the second, and of its last token but one nobody knows the next. */
    private static final List<Long> TEXT = List.of(0L, 1L, 2L, 3L, 4L, 0L, 3L, 4L);

    private static final List<Integer> NEXT = List.of(1, 2, 3, -1, 0, 3, -1, -1);

    @TempDir
    Path directory;

    private Path model;

    @BeforeEach
    void writeModel() throws IOException {
        model = Files.write(directory.resolve("model.onnx"), onnx());
    }

    @Test
    void theSelfTestCountsEveryNextTokenThatIsKnown() throws IOException {
        try (Model loaded = load(probes().build())) {
            SelfTest result = SelfTests.run(loaded);

            assertThat(result.getSamples()).isEqualTo(2);
            assertThat(result.getAccuracy()).isEqualTo(4 / 5.0);
            assertThat(loaded.choosesTokens()).isTrue();
        }
    }

    @Test
    void servingAsksForOneNextTokenAtATime() throws IOException {
        try (Model loaded = load(probes().build())) {
            assertThat(loaded.answers()).isEqualTo(5);
            assertThat(IntStream.range(0, 5).map(loaded::label)).containsExactly(1, 2, 3, 0, 3);
            assertThat(IntStream.range(0, 5)
                            .map(answer -> loaded.classify(answer).label()))
                    .containsExactly(1, 2, 3, 0, 1);
        }
    }

    @Test
    void aRequestChoosesTheTokenAfterTheLastOfEachSample() throws IOException {
        try (Model loaded = load(probes().build())) {
            Predictor.Prediction prediction = loaded.predictor()
                    .orElseThrow()
                    .predict(
                            List.of(new Tensor("input_ids", Datatype.INT64, List.of(2L, (long) TOKENS), longs(TEXT))),
                            Set.of("logits"));

            assertThat(prediction.labels()).containsExactly(4, 0);
            assertThat(prediction.outputs().get(0).shape()).containsExactly(2L, (long) TOKENS, (long) VOCABULARY);
            assertThat(prediction.choices().get(0).confidence()).isGreaterThan(0.9f);
        }
    }

    @Test
    void refusesAProbeSetWithoutAnAnswerForEachPlace() {
        assertThatThrownBy(() -> load(probes().setPlaces(3).build()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("2 samples of 3 tokens and 8 labels");
        assertThatThrownBy(() -> load(probes().clearPlaces().build()))
                .as("as an agent that doesn't know places reads it")
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("2 samples and 8 labels");
        assertThatThrownBy(() -> load(probes().clearLabels()
                        .addAllLabels(Collections.nCopies(8, -1))
                        .build()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("no answer is known");
    }

    @Test
    void refusesScoresThatTheHeapHasNoRoomFor() throws Exception {
        try (var session = OrtRuntime.environment().createSession(model.toString(), OrtModel.options())) {
            ScoreRoom.require(session, "logits", TOKENS, 80);
            assertThatThrownBy(() -> ScoreRoom.require(session, "logits", TOKENS, 79))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("4 tokens, 5 scores each")
                    .hasMessageContaining("-Xmx");
        }
    }

    private Model load(ProbeSet probes) throws IOException {
        Path file = Files.write(directory.resolve("probe-set.pb"), probes.toByteArray());
        return OrtModel.load(model, file);
    }

    private static ProbeSet.Builder probes() {
        return ProbeSet.newBuilder()
                .setSamples(2)
                .setPlaces(TOKENS)
                .setOutput("logits")
                .addAllLabels(NEXT)
                .addInputs(ProbeInput.newBuilder()
                        .setName("input_ids")
                        .setType(ProbeElementType.PROBE_ELEMENT_TYPE_INT64)
                        .addShape(TOKENS)
                        .setRaw(ByteString.copyFrom(longs(TEXT))));
    }

    private static ByteBuffer longs(List<Long> values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        values.forEach(buffer::putLong);
        return buffer.flip();
    }

    private static byte[] onnx() {
        ByteBuffer table =
                ByteBuffer.allocate(VOCABULARY * VOCABULARY * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int token = 0; token < VOCABULARY; token++) {
            for (int next = 0; next < VOCABULARY; next++) {
                table.putFloat(next == (token + 1) % VOCABULARY ? 9 : -1);
            }
        }
        OnnxMl.GraphProto graph = OnnxMl.GraphProto.newBuilder()
                .setName("counting")
                .addInput(value("input_ids", OnnxMl.TensorProto.DataType.INT64_VALUE, TOKENS))
                .addOutput(value("logits", OnnxMl.TensorProto.DataType.FLOAT_VALUE, TOKENS, VOCABULARY))
                .addInitializer(OnnxMl.TensorProto.newBuilder()
                        .setName("table")
                        .setDataType(OnnxMl.TensorProto.DataType.FLOAT_VALUE)
                        .addDims(VOCABULARY)
                        .addDims(VOCABULARY)
                        .setRawData(ByteString.copyFrom(table.flip())))
                .addNode(OnnxMl.NodeProto.newBuilder()
                        .setOpType("Gather")
                        .addInput("table")
                        .addInput("input_ids")
                        .addOutput("logits"))
                .build();
        return TinyModel.model(graph);
    }

    private static OnnxMl.ValueInfoProto value(String name, int type, long... sample) {
        OnnxMl.TensorShapeProto.Builder shape = OnnxMl.TensorShapeProto.newBuilder()
                .addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam("n"));
        for (long size : sample) {
            shape.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimValue(size));
        }
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(type)
                                .setShape(shape)))
                .build();
    }
}
