package io.quantfleet.quantizer.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.runtime.TensorSpec;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.DeviceClassProfile.Bias;
import io.quantfleet.quantizer.target.IntegerType;
import java.util.Set;

/** Asserts that a variant is what its profile asks for. */
final class ProfileRules {
    private static final Set<String> LAYERS = Set.of("Conv", "ConvTranspose", "Gemm", "MatMul");

    private final Graph graph;
    private final DeviceClassProfile profile;

    private ProfileRules(Graph graph, DeviceClassProfile profile) {
        this.graph = graph;
        this.profile = profile;
    }

    static void assertFollowed(OnnxModel variant, DeviceClassProfile profile) {
        ProfileRules rules = new ProfileRules(variant.graph(), profile);
        rules.graph.nodes().forEach(rules::check);
        if (profile.staticShapes()) {
            assertThat(variant.inputs())
                    .allSatisfy(input -> assertThat(input.shape()).doesNotContain(TensorSpec.DYNAMIC));
        }
    }

    private void check(Node node) {
        if (node.is("QuantizeLinear")) {
            activation(node);
        } else if (node.is("DequantizeLinear")) {
            graph.initializer(node.inputs().get(0)).ifPresentOrElse(this::stored, () -> activation(node));
        } else if (LAYERS.contains(node.operator())) {
            layer(node);
        }
    }

    private TensorProto constant(Node node, int place) {
        return graph.initializer(node.inputs().get(place)).orElseThrow();
    }

    private void activation(Node node) {
        TensorProto zero = constant(node, 2);
        boolean signed = profile.activations().type() == IntegerType.INT8;
        assertThat(zero.getDataType())
                .isEqualTo(signed ? TensorProto.DataType.INT8_VALUE : TensorProto.DataType.UINT8_VALUE);
        if (profile.activations().symmetric()) {
            assertZero(zero);
        }
        float[] scale = Tensors.floats(constant(node, 1));
        assertThat(scale).hasSize(1);
        assertThat(scale[0]).isPositive();
    }

    private void stored(TensorProto integers) {
        assertThat(integers.getDataType())
                .isIn(
                        TensorProto.DataType.INT8_VALUE,
                        TensorProto.DataType.UINT8_VALUE,
                        TensorProto.DataType.INT32_VALUE);
    }

    private void layer(Node node) {
        Node input = graph.producer(node.inputs().get(0)).orElseThrow();
        assertThat(input.operator()).as("what %s reads", node).isEqualTo("DequantizeLinear");
        Node weight = graph.producer(node.inputs().get(1)).orElseThrow();
        assertThat(weight.operator()).isEqualTo("DequantizeLinear");
        if (graph.initializer(weight.inputs().get(0)).isEmpty()) {
            return;
        }
        assertThat(constant(weight, 0).getDataType()).isEqualTo(TensorProto.DataType.INT8_VALUE);
        assertThat(constant(weight, 0).getRawData().toByteArray()).doesNotContain((byte) -128);
        assertZero(constant(weight, 2));
        float[] scales = Tensors.floats(constant(weight, 1));
        assertThat(scales.length > 1).isEqualTo(perChannel(node));
        node.input(2).ifPresent(bias -> bias(node, bias, input, scales));
    }

    private boolean perChannel(Node node) {
        return profile.weights().perChannel().contains(node.operator())
                && !(node.is("ConvTranspose") && node.integer("group", 1) > 1);
    }

    private void bias(Node node, String bias, Node input, float[] weightScales) {
        if (profile.bias() == Bias.FLOAT32) {
            assertThat(graph.initializer(bias)).as("bias of %s", node).isPresent();
            return;
        }
        Node dequantize = graph.producer(bias).orElseThrow();
        assertThat(constant(dequantize, 0).getDataType()).isEqualTo(TensorProto.DataType.INT32_VALUE);
        float inputScale = Tensors.floats(constant(input, 1))[0] * node.number("alpha", 1);
        float[] scales = Tensors.floats(constant(dequantize, 1));
        for (int i = 0; i < scales.length; i++) {
            assertThat(scales[i]).isEqualTo((float) ((double) weightScales[i] * inputScale));
        }
    }

    private static void assertZero(TensorProto zero) {
        assertThat(zero.getRawData().toByteArray()).as("zero points").containsOnly((byte) 0);
    }
}
