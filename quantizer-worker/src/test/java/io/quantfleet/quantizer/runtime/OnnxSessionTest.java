package io.quantfleet.quantizer.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.TinyModel;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OnnxSessionTest {
    private static final RuntimeOptions OPTIONS = RuntimeOptions.threads(1);

    private static TinyModel doubling(long batch) {
        return TinyModel.opset(17).input("x", batch, 3).output("y", batch, 3).node("Add", List.of("x", "x"), "y");
    }

    /** Sample n is n, n + 0.5, n + 1. */
    private record Counting(int size) implements SampleSource {
        @Override
        public void fill(int sample, String inputName, ByteBuffer target) {
            target.putFloat(sample).putFloat(sample + 0.5f).putFloat(sample + 1);
        }
    }

    @Test
    void describesInputsAndOutputs() {
        try (OnnxSession session = OnnxSession.open(doubling(-1).direct(), OPTIONS)) {
            assertThat(session.inputs())
                    .containsExactly(new TensorSpec("x", ElementType.FLOAT32, List.of(TensorSpec.DYNAMIC, 3L)));
            assertThat(session.outputs()).extracting(TensorSpec::name).containsExactly("y");
        }
    }

    @Test
    void runsOnTensorsOfAnyShape() {
        try (OnnxSession session = OnnxSession.open(doubling(-1).direct(), OPTIONS)) {
            HostTensor x = HostTensor.ofFloats(List.of(2L, 3L), 1, 2, 3, 4, 5, 6);
            HostTensor y = session.run(Map.of("x", x), Set.of("y")).get("y");
            assertThat(y.shape()).containsExactly(2L, 3L);
            assertThat(y.floats()).containsExactly(2, 4, 6, 8, 10, 12);
        }
    }

    @Test
    void runsBatchesOfWhichTheLastIsSmaller() {
        try (OnnxSession session = OnnxSession.open(doubling(-1).direct(), OPTIONS)) {
            Batch batch = session.newBatch(2);
            Counting source = new Counting(3);
            batch.fill(source, 0, 2);
            batch.run(2);
            assertThat(batch.output("y").floats()).containsExactly(0, 1, 2, 2, 3, 4);
            batch.fill(source, 2, 1);
            batch.run(1);
            assertThat(batch.output("y").floats()).containsExactly(4, 5, 6);
        }
    }

    @Test
    void repeatsTheLastSampleWhereTheBatchIsFixed() {
        try (OnnxSession session = OnnxSession.open(doubling(4).direct(), OPTIONS)) {
            Batch batch = session.newBatch(16);
            assertThat(batch.capacity()).isEqualTo(4);
            batch.fill(new Counting(2), 0, 2);
            batch.run(2);
            assertThat(batch.output("y").floats()).containsExactly(0, 1, 2, 2, 3, 4, 2, 3, 4, 2, 3, 4);
        }
    }

    @Test
    void copiesOutputsWhoseShapeIsKnownOnlyAfterTheRun() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 3)
                .output("y", -1, -1)
                .node("NonZero", List.of("x"), "nz")
                .node("Cast", List.of("nz"), "y", TinyModel.Attribute.of("to", 1));
        try (OnnxSession session = OnnxSession.open(model.direct(), OPTIONS)) {
            Batch batch = session.newBatch(1);
            batch.fill(new Counting(1), 0, 1);
            batch.run(1);
            assertThat(batch.output("y").shape()).containsExactly(2L, 2L);
        }
    }

    @Test
    void refusesABatchThatWasNotFilled() {
        try (OnnxSession session = OnnxSession.open(doubling(-1).direct(), OPTIONS)) {
            Batch batch = session.newBatch(2);
            batch.fill(new Counting(1), 0, 1);
            assertThatExceptionOfType(QuantizerException.class)
                    .isThrownBy(() -> batch.run(2))
                    .withMessageContaining("x")
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.DATASET_INVALID));
        }
    }

    @Test
    void namesWhatTheRuntimeRefuses() {
        ByteBuffer nonsense = ByteBuffer.allocateDirect(16);
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> OnnxSession.open(nonsense, OPTIONS))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.QUANTIZATION_FAILED));
    }
}
