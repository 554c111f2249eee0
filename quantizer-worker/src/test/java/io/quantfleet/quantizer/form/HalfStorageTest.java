package io.quantfleet.quantizer.form;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.FloatLayer;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HalfStorageTest {
    private static final int WIDTH = 32;

    @Test
    void everyHalfComesBackAndWhatLiesBetweenGoesToTheNearest() {
        for (int bits = 0; bits < 0x7c00; bits++) {
            float value = Halves.value((short) bits);
            assertThat(Halves.nearest(value)).isEqualTo((short) bits);
            assertThat(Halves.nearest(-value)).isEqualTo((short) (bits | 0x8000));
            if (bits + 1 < 0x7c00) {
                float next = Halves.value((short) (bits + 1));
                float middle = value / 2 + next / 2;
                // Ties go to the even one, whatever is a little off to its side.
                assertThat(Halves.nearest(middle)).isEqualTo((short) (bits + bits % 2));
                assertThat(Halves.nearest(Math.nextDown(middle))).isEqualTo((short) bits);
                assertThat(Halves.nearest(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
            }
        }
        assertThat(Halves.value((short) 0x3c00)).isEqualTo(1);
        assertThat(Halves.value((short) 0x7bff)).isEqualTo(65504);
    }

    @Test
    void halvesTheBytesAndComputesTheSameToElevenBits() {
        float[] huge = new float[WIDTH * WIDTH];
        huge[7] = 1e6f;
        GaussianSamples samples = new GaussianSamples(5, WIDTH);
        PreparedModel prepared = FormRun.prepared(
                TinyModel.opset(17)
                        .input("x", -1, WIDTH)
                        .output("y", -1, WIDTH)
                        .weights("w", 0.2, WIDTH, WIDTH)
                        .weights("w2", 0.2, WIDTH, WIDTH)
                        .weights("b", 0.2, WIDTH)
                        .floats("huge", new long[] {WIDTH, WIDTH}, huge)
                        .node("MatMul", List.of("x", "w"), "a")
                        .node("Add", List.of("a", "b"), "s")
                        .node("MatMul", List.of("s", "w"), "c")
                        .node("MatMul", List.of("c", "huge"), "h")
                        .node("MatMul", List.of("h", "w2"), "y"),
                samples);
        QuantizedModel variant = HalfStorage.quantize(prepared, Set.of("w2"));
        assertThat(variant.method()).isEqualTo("fp16-storage");
        assertThat(variant.leftFloat()).extracting(FloatLayer::name).containsExactlyInAnyOrder("w2", "huge");
        TensorProto stored = variant.model().graph().initializer("w_half").orElseThrow();
        float[] w = Tensors.floats(prepared.model().graph().initializer("w").orElseThrow());
        for (int i = 0; i < w.length; i++) {
            int low = stored.getRawData().byteAt(2 * i) & 0xff;
            float back = Halves.value((short) (stored.getRawData().byteAt(2 * i + 1) << 8 | low));
            assertThat(Math.abs(back - w[i])).isLessThanOrEqualTo(Math.abs(w[i]) / 2048);
        }
        assertThat(FormRun.decibels(FormRun.run(prepared.model(), samples), FormRun.run(variant.model(), samples)))
                .isGreaterThan(60);
    }
}
