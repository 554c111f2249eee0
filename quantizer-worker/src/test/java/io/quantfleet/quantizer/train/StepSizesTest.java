package io.quantfleet.quantizer.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import java.util.List;
import org.junit.jupiter.api.Test;

/** x, its Relu r, what MaxPool makes of that, p, and a Sigmoid of it, s: all quantized with one stored scale. */
class StepSizesTest {
    private final TinyModel model = TinyModel.opset(17).input("x", 1, 1, 4, 4).floats("scale", new long[0], 0.02f);

    private void quantized(String tensor) {
        model.node("QuantizeLinear", List.of(tensor, "scale", "zero"), tensor + "_q")
                .node("DequantizeLinear", List.of(tensor + "_q", "scale", "zero"), tensor + "_dq");
    }

    private final StepSizes.Untied untied = untied();

    private StepSizes.Untied untied() {
        model.graph(graph -> graph.addInitializer(
                Tensors.ofBytes("zero", TensorProto.DataType.UINT8, List.of(), ByteString.copyFrom(new byte[1]))));
        quantized("x");
        model.node("Relu", List.of("x_dq"), "r");
        model.node("Abs", List.of("x_dq"), "a");
        quantized("a");
        model.node("MaxPool", List.of("a_dq"), "p", Attribute.ints("kernel_shape", 2, 2));
        quantized("p");
        model.node("Sigmoid", List.of("p_dq"), "s");
        quantized("s");
        model.output("s_dq", 1, 1, 3, 3).output("r", 1, 1, 4, 4);
        return StepSizes.untie(OnnxModel.ofAnyForm(model.proto()));
    }

    private String scaleOf(String tensor) {
        Graph graph = untied.model().graph();
        String quantize = graph.producer(tensor + "_q").orElseThrow().inputs().get(1);
        assertThat(graph.producer(tensor + "_dq").orElseThrow().inputs().get(1)).isEqualTo(quantize);
        assertThat(Tensors.floats(graph.initializer(quantize).orElseThrow())).containsExactly(0.02f);
        return quantize;
    }

    @Test
    void equalScalesOfDifferentTensorsAreLearnedApart() {
        assertThat(scaleOf("a")).isNotEqualTo(scaleOf("x"));
    }

    @Test
    void whatHandsOnIntegersKeepsTheirScale() {
        assertThat(scaleOf("p")).isEqualTo(scaleOf("a"));
    }

    @Test
    void nothingIsStoredThatNobodyReads() {
        assertThat(untied.model().graph().initializer("scale")).isEmpty();
    }

    @Test
    void theScaleOfSharesIsPrescribed() {
        assertThat(untied.fixed()).containsExactly(scaleOf("s"));
    }
}
