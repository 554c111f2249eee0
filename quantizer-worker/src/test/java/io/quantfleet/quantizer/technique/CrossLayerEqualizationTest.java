package io.quantfleet.quantizer.technique;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.technique.CrossLayerEqualization.Balance;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CrossLayerEqualizationTest {
    private static final GaussianSamples SAMPLES = new GaussianSamples(12, 2 * 6 * 6);

    // A pointwise, a depthwise and a pointwise convolution whose channels differ in size by a factor of up to 64.
    private static TinyModel uneven(String bound) {
        float[] first = new float[8];
        float[] bias = new float[4];
        for (int i = 0; i < 8; i++) {
            int channel = i / 2;
            first[i] = (float) ((i % 3 - 0.8) * Math.pow(4, channel));
        }
        for (int i = 0; i < 4; i++) {
            bias[i] = (float) (0.1 * Math.pow(4, i));
        }
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 2, 6, 6)
                .output("y", -1, 3, 6, 6)
                .floats("w1", new long[] {4, 2, 1, 1}, first)
                .floats("b1", new long[] {4}, bias)
                .weights("w2", 0.5, 4, 1, 3, 3)
                .weights("w3", 0.5, 3, 4, 1, 1)
                .floats("zero", new long[] {}, 0)
                .floats("six", new long[] {}, 6)
                .node("Conv", List.of("x", "w1", "b1"), "c1");
        List<String> limits = bound.equals("Clip") ? List.of("c1", "zero", "six") : List.of("c1");
        return model.node(bound, limits, "a1")
                .node("Conv", List.of("a1", "w2"), "c2", Attribute.of("group", 4), Attribute.ints("pads", 1, 1, 1, 1))
                .node("Relu", List.of("c2"), "a2")
                .node("Conv", List.of("a2", "w3"), "y");
    }

    private static double spread(PreparedModel model, String tensor) {
        float[] values = Outputs.of(model.model(), SAMPLES, tensor);
        double[] largest = new double[4];
        for (int i = 0; i < values.length; i++) {
            largest[i / 36 % 4] = Math.max(largest[i / 36 % 4], values[i]);
        }
        double most = Math.max(Math.max(largest[0], largest[1]), Math.max(largest[2], largest[3]));
        double least = Math.min(Math.min(largest[0], largest[1]), Math.min(largest[2], largest[3]));
        return most / least;
    }

    @ParameterizedTest
    @EnumSource(Balance.class)
    void makesChannelsAlikeAndKeepsTheFunction(Balance balance) {
        PreparedModel before = Outputs.prepared(uneven("Relu"), SAMPLES);

        Treatment after = CrossLayerEqualization.apply(before, balance, SAMPLES, 1);

        assertThat(after.findings()).hasSize(2);
        assertThat(Outputs.largestDifference(
                        Outputs.of(before.model(), SAMPLES),
                        Outputs.of(after.model().model(), SAMPLES)))
                .isLessThan(1e-3);
        assertThat(spread(before, "a1")).isGreaterThan(20);
        assertThat(spread(after.model(), "a1")).isLessThan(6);
    }

    @Test
    void aBoundIsKeptAndStillCutsOffWhatItDid() {
        PreparedModel before = Outputs.prepared(uneven("Clip"), SAMPLES);

        Treatment after = CrossLayerEqualization.apply(before, Balance.WEIGHTS, SAMPLES, 1);

        assertThat(after.model().model().graph().nodes()).anyMatch(node -> node.is("Clip"));
        assertThat(Outputs.largestDifference(
                        Outputs.of(before.model(), SAMPLES),
                        Outputs.of(after.model().model(), SAMPLES)))
                .isLessThan(1e-3);
    }

    @Test
    void aTensorThatOthersReadTooIsLeftAlone() {
        TinyModel model = uneven("Relu").node("Relu", List.of("a1"), "other").output("other", -1, 4, 6, 6);

        Treatment after = CrossLayerEqualization.apply(Outputs.prepared(model, SAMPLES), Balance.WEIGHTS, SAMPLES, 1);

        assertThat(after.findings()).hasSize(1);
    }

    @Test
    void aHighBiasIsAbsorbed() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 2, 6, 6)
                .output("y", -1, 3, 6, 6)
                .weights("w1", 0.1, 4, 2, 1, 1)
                .floats("b1", new long[] {4}, 50, 0, -1, 20)
                .weights("w2", 0.5, 3, 4, 1, 1)
                .node("Conv", List.of("x", "w1", "b1"), "c1")
                .node("Relu", List.of("c1"), "a1")
                .node("Conv", List.of("a1", "w2"), "y");
        PreparedModel before = Outputs.prepared(model, SAMPLES);

        Treatment after = BiasAbsorption.apply(before, SAMPLES, 1);

        assertThat(after.findings()).singleElement().satisfies(finding -> assertThat(finding.text())
                .startsWith("2 of 4 channels were never below a value that the bias of"));
        assertThat(Outputs.largest(after.model().model(), SAMPLES, "a1")).isLessThan(5);
        assertThat(Outputs.largestDifference(
                        Outputs.of(before.model(), SAMPLES),
                        Outputs.of(after.model().model(), SAMPLES)))
                .isLessThan(1e-3);
    }
}
