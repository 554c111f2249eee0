package io.quantfleet.quantizer.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelCheckTest {
    private static final GaussianSamples SAMPLES = new GaussianSamples(8, 4 * 6 * 6);

    /** Every kind of operator that ONNX Runtime has an int8 kernel for. */
    private static TinyModel everyKind() {
        return TinyModel.opset(17)
                .input("x", -1, 4, 6, 6)
                .output("y", -1, 3)
                .weights("w1", 0.5, 4, 4, 3, 3)
                .weights("b1", 0.5, 4)
                .weights("w2", 0.5, 4, 1, 3, 3)
                .weights("w3", 0.5, 8, 3)
                .weights("b3", 0.5, 3)
                .weights("w4", 0.5, 3, 3)
                .node("Conv", List.of("x", "w1", "b1"), "c1", Attribute.ints("pads", 1, 1, 1, 1))
                .node("Relu", List.of("c1"), "r1")
                .node("Conv", List.of("r1", "w2"), "c2", Attribute.ints("pads", 1, 1, 1, 1), Attribute.of("group", 4))
                .node("LeakyRelu", List.of("c2"), "l2")
                .node("Add", List.of("l2", "r1"), "sum")
                .node("Sigmoid", List.of("sum"), "gate")
                .node("Mul", List.of("sum", "gate"), "gated")
                .node("AveragePool", List.of("gated"), "pooled", Attribute.ints("kernel_shape", 2, 2))
                .node("Concat", List.of("pooled", "pooled"), "both", Attribute.of("axis", 1))
                .node("GlobalAveragePool", List.of("both"), "mean")
                .node("Flatten", List.of("mean"), "flat")
                .node("Gemm", List.of("flat", "w3", "b3"), "g")
                .node("Softmax", List.of("g"), "p")
                .node("MatMul", List.of("p", "w4"), "y");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rpi-cpu", "phone-npu"})
    void allOfThemGetTheirKernel(String deviceClass) {
        QuantizedModel quantized = Quantized.of(everyKind(), SAMPLES, deviceClass);
        List<Node> nodes = quantized.model().graph().nodes().stream()
                .filter(node -> quantized.quantizedNodes().contains(node.label()))
                .toList();
        assertThat(nodes).hasSizeGreaterThanOrEqualTo(12);
        assertThat(quantized.leftFloat()).isEmpty();
        assertThat(KernelCheck.computedInFloats(quantized.model(), nodes)).isEmpty();
    }

    @Test
    void namesTheOperatorsThatStayInFloats() {
        QuantizedModel quantized = Quantized.of(everyKind(), SAMPLES, "gpu");
        List<Node> inFloats = KernelCheck.computedInFloats(
                quantized.model(), quantized.model().graph().nodes());
        // What TensorRT reads has no quantized outputs, without which ONNX Runtime picks no int8 kernel for a Conv.
        assertThat(inFloats).extracting(Node::label).contains("Conv_0", "Conv_2");
    }

    @Test
    void anOperatorThatWouldBeComputedInFloatsIsLeftAlone() {
        // ONNX Runtime has no int8 Gemm for a bias that is computed.
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 4)
                .output("y", -1, 4)
                .weights("w1", 0.5, 4, 4)
                .weights("w2", 0.5, 4, 4)
                .node("Gemm", List.of("x", "w1"), "bias")
                .node("Gemm", List.of("x", "w2", "bias"), "y");
        QuantizedModel quantized = Quantized.of(model, new GaussianSamples(8, 4), "rpi-cpu");
        assertThat(quantized.quantizedNodes()).containsExactly("Gemm_0");
        assertThat(quantized.leftFloat())
                .singleElement()
                .satisfies(layer -> assertThat(layer.name()).isEqualTo("Gemm_1"))
                .satisfies(layer -> assertThat(layer.reason()).contains("int8 kernel"));
    }
}
