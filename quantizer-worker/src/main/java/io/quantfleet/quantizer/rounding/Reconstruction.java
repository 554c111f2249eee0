package io.quantfleet.quantizer.rounding;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.runtime.ElementType;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * How far one layer is from its targets, and how that changes with each weight: Nagel et al. 2020, section 3.3, equation 25. The
 * squared error of f(W·x̂ + b), f being the layer's Relu or Clip, x̂ what quantized layers before it give. The gradient is written
 * down, and computed by ONNX Runtime. For use by one thread.
 */
final class Reconstruction implements AutoCloseable {
    private static final int OPSET = 17;
    private static final String INPUTS = "x";
    private static final String TARGETS = "y";
    private static final String WEIGHT = "w";
    private static final String LOSS = "loss";
    private static final String GRADIENT = "gradient";

    private final OnnxSession session;
    private final List<Long> shape;

    Reconstruction(Layer layer) {
        this.shape = List.of((long) layer.groups(), (long) layer.outputs(), (long) layer.inputs());
        this.session = OnnxSession.open(model(layer).serialized(), RuntimeOptions.threads(1));
    }

    /** The gradient of the loss by weight, row by row. */
    float[] gradient(HostTensor inputs, HostTensor targets, HostTensor weight) {
        Map<String, HostTensor> results =
                session.run(Map.of(INPUTS, inputs, TARGETS, targets, WEIGHT, weight), Set.of(GRADIENT));
        double places = inputs.shape().get(0);
        float[] gradient = floats(results, GRADIENT);
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] *= (float) (2 / places);
        }
        return gradient;
    }

    /** The loss of these weights, row by row: summed over outputs, averaged over places. */
    double loss(HostTensor inputs, HostTensor targets, HostTensor weight) {
        Map<String, HostTensor> results =
                session.run(Map.of(INPUTS, inputs, TARGETS, targets, WEIGHT, weight), Set.of(LOSS));
        return floats(results, LOSS)[0] / inputs.shape().get(0);
    }

    private static float[] floats(Map<String, HostTensor> results, String name) {
        return Objects.requireNonNull(results.get(name), name).floats();
    }

    /** A tensor for the layer's weights, row by row. */
    HostTensor weights() {
        return HostTensor.allocate(ElementType.FLOAT32, shape);
    }

    private static OnnxModel model(Layer layer) {
        List<Node> nodes = new ArrayList<>();
        nodes.add(transpose(INPUTS, "xg", 1, 0, 2));
        nodes.add(transpose(TARGETS, "yg", 1, 0, 2));
        nodes.add(transpose(WEIGHT, "wt", 0, 2, 1));
        nodes.add(node("MatMul", "product", "xg", "wt"));
        nodes.add(node("Add", "sum", "product", "b"));
        nodes.add(node("Clip", "bounded", "sum", "lowest", "highest"));
        nodes.add(node("Sub", "difference", "bounded", "yg"));
        nodes.add(node("Mul", "squares", "difference", "difference"));
        nodes.add(node("ReduceSum", LOSS, "squares").with("keepdims", 0));
        nodes.add(node("Greater", "above", "sum", "lowest"));
        nodes.add(node("Less", "below", "sum", "highest"));
        nodes.add(node("And", "inside", "above", "below"));
        nodes.add(node("Where", "error", "inside", "difference", "zero"));
        nodes.add(transpose("error", "et", 0, 2, 1));
        nodes.add(node("MatMul", GRADIENT, "et", "xg"));
        GraphProto.Builder graph = GraphProto.newBuilder().setName("reconstruction");
        nodes.forEach(each -> graph.addNode(each.toProto()));
        graph.addInput(floats(INPUTS, -1, layer.groups(), layer.inputs()));
        graph.addInput(floats(TARGETS, -1, layer.groups(), layer.outputs()));
        graph.addInput(floats(WEIGHT, layer.groups(), layer.outputs(), layer.inputs()));
        graph.addOutput(floats(LOSS));
        graph.addOutput(floats(GRADIENT, layer.groups(), layer.outputs(), layer.inputs()));
        graph.addInitializer(
                Tensors.ofFloats("b", List.of((long) layer.groups(), 1L, (long) layer.outputs()), bias(layer)));
        graph.addInitializer(Tensors.ofFloats("lowest", List.of(), layer.lowest()));
        graph.addInitializer(Tensors.ofFloats("highest", List.of(), layer.highest()));
        graph.addInitializer(Tensors.ofFloats("zero", List.of(), 0f));
        return OnnxModel.of(ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                .setGraph(graph)
                .build());
    }

    private static float[] bias(Layer layer) {
        float[] bias = new float[layer.bias().size()];
        for (int i = 0; i < bias.length; i++) {
            bias[i] = layer.bias().get(i);
        }
        return bias;
    }

    private static Node node(String operator, String output, String... inputs) {
        return Node.of(output, operator, List.of(inputs), List.of(output));
    }

    private static Node transpose(String from, String to, long... order) {
        return node("Transpose", to, from).with("perm", order);
    }

    private static ValueInfoProto floats(String name, long... shape) {
        TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
        for (long extent : shape) {
            dimensions.addDim(
                    extent < 0
                            ? TensorShapeProto.Dimension.newBuilder().setDimParam("places")
                            : TensorShapeProto.Dimension.newBuilder().setDimValue(extent));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT_VALUE)
                                .setShape(dimensions)))
                .build();
    }

    @Override
    public void close() {
        session.close();
    }
}
