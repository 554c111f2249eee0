package io.quantfleet.quantizer.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.runtime.RuntimeOptions.Optimization;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** ONNX Runtime computes convolutions in blocks of channels on processors of this kind. */
@EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
class BlockedLayoutTest {
    private static final int SAMPLES = 3;
    private static final GaussianSamples INPUTS = new GaussianSamples(SAMPLES, 3 * 8 * 8);

    private static OnnxModel convolutions(int channels) {
        return OnnxModel.of(TinyModel.opset(17)
                        .input("x", -1, 3, 8, 8)
                        .output("y", -1, 4, 8, 8)
                        .weights("w1", 0.5, channels, 3, 3, 3)
                        .weights("w2", 0.5, channels, channels, 3, 3)
                        .weights("w3", 0.5, 4, channels, 1, 1)
                        .node("Conv", List.of("x", "w1"), "a", Attribute.ints("pads", 1, 1, 1, 1))
                        .node("Relu", List.of("a"), "b")
                        .node("Conv", List.of("b", "w2"), "c", Attribute.ints("pads", 1, 1, 1, 1))
                        .node("Conv", List.of("c", "w3"), "y")
                        .proto())
                .withOutputs(List.of("b", "c", "y"));
    }

    private static float[] output(OnnxModel model, Optimization optimization, String tensor) {
        RuntimeOptions options = RuntimeOptions.threads(1).withOptimization(optimization);
        try (OnnxSession session = OnnxSession.open(model.serialized(), options)) {
            Batch batch = session.newBatch(SAMPLES);
            batch.fill(INPUTS, 0, SAMPLES);
            batch.run(SAMPLES);
            return batch.output(tensor).floats();
        }
    }

    private static float[] sorted(float[] values) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    @Test
    void outputsHaveTheSameElementsInAnotherOrder() {
        OnnxModel model = convolutions(32);
        OnnxModel blocked = BlockedLayout.keptByOutputs(model).orElseThrow();
        for (String tensor : List.of("b", "c")) {
            float[] expected = output(model, Optimization.ALL, tensor);
            float[] actual = output(blocked, Optimization.NONE, tensor);
            assertThat(actual).as(tensor).isNotEqualTo(expected);
            assertThat(sorted(actual)).as(tensor).isEqualTo(sorted(expected));
        }
        assertThat(output(blocked, Optimization.NONE, "y")).isEqualTo(output(model, Optimization.ALL, "y"));
    }

    @Test
    void channelsThatDoNotFillABlockAreLeftInOrder() {
        assertThat(BlockedLayout.keptByOutputs(convolutions(20))).isEqualTo(Optional.empty());
    }
}
