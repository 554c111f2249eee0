package io.quantfleet.sample;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.quantfleet.sample.GlyphNetwork.ConvNorm;
import io.quantfleet.sample.GlyphNetwork.Stage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Writes a trained {@link GlyphNetwork} as an ONNX graph of opset 17, layer by layer: BatchNormalization is left beside
 * its convolution, as most training tools export it, and the batch is a free axis.
 */
final class OnnxExport {
    static final String INPUT = "image";
    static final String OUTPUT = "logits";

    private static final int OPSET = 17;
    private static final int IR_VERSION = 8;

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("glyphs");

    private OnnxExport() {}

    static ModelProto export(GlyphNetwork network) {
        OnnxExport export = new OnnxExport();
        export.write(network);
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("quantfleet-sample")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(export.graph)
                .build();
    }

    private void write(GlyphNetwork network) {
        graph.addInput(value(
                INPUT,
                batchAxis(),
                axis(GlyphNetwork.inputShape(1).get(1)),
                axis(GlyphPainter.SIDE),
                axis(GlyphPainter.SIDE)));
        graph.addInitializer(tensor("relu6.min", new long[0], 0));
        graph.addInitializer(tensor("relu6.max", new long[0], 6));
        String last = relu6(convNorm(network.stem(), INPUT));
        for (Stage stage : network.stages()) {
            String path = relu6(convNorm(stage.depthwise(), last));
            path = convNorm(stage.pointwise(), path);
            if (stage.residual()) {
                path = node("Add", stage.pointwise().name() + ".sum", List.of(path, last));
            }
            last = relu6(path);
        }
        String pooled = node("GlobalAveragePool", "pooled", List.of(last));
        String features = node("Flatten", "features", List.of(pooled), attribute("axis", 1));
        String weight = parameter("classifier", network.classifier(), "weight");
        String bias = parameter("classifier", network.classifier(), "bias");
        node("Gemm", OUTPUT, List.of(features, weight, bias), attribute("transB", 1));
        graph.addOutput(value(OUTPUT, batchAxis(), axis(GlyphImages.CLASSES.size())));
    }

    private String convNorm(ConvNorm layer, String input) {
        String name = layer.name();
        long edge = layer.kernel() / 2;
        String convolved = node(
                "Conv",
                name + ".conv",
                List.of(input, parameter(name, layer.convolution(), "weight")),
                attribute("kernel_shape", new long[] {layer.kernel(), layer.kernel()}),
                attribute("strides", new long[] {layer.stride(), layer.stride()}),
                attribute("pads", new long[] {edge, edge, edge, edge}),
                attribute("group", layer.groups()));
        List<String> inputs = List.of(
                convolved,
                parameter(name, layer.norm(), "gamma"),
                parameter(name, layer.norm(), "beta"),
                parameter(name, layer.norm(), "runningMean"),
                parameter(name, layer.norm(), "runningVar"));
        AttributeProto epsilon = AttributeProto.newBuilder()
                .setName("epsilon")
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF(GlyphNetwork.normEpsilon())
                .build();
        return node("BatchNormalization", name + ".norm", inputs, epsilon);
    }

    private String relu6(String input) {
        return node("Clip", input + ".relu6", List.of(input, "relu6.min", "relu6.max"));
    }

    /** Adds a node named like its only output, and returns that name. */
    private String node(String operator, String name, List<String> inputs, AttributeProto... attributes) {
        graph.addNode(NodeProto.newBuilder()
                .setOpType(operator)
                .setName(name)
                .addAllInput(inputs)
                .addOutput(name)
                .addAllAttribute(List.of(attributes)));
        return name;
    }

    private String parameter(String layer, Block block, String parameter) {
        NDArray array = block.getParameters().get(parameter).getArray();
        String name = layer + "." + parameter;
        graph.addInitializer(tensor(name, array.getShape().getShape(), array.toFloatArray()));
        return name;
    }

    private static TensorProto tensor(String name, long[] shape, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addAllDims(LongStream.of(shape).boxed().toList())
                .setRawData(ByteString.copyFrom(bytes))
                .build();
    }

    private static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    private static AttributeProto attribute(String name, long[] values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INTS)
                .addAllInts(LongStream.of(values).boxed().toList())
                .build();
    }

    private static ValueInfoProto value(String name, Dimension... dimensions) {
        TypeProto.Tensor.Builder tensor =
                TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber());
        tensor.getShapeBuilder().addAllDim(List.of(dimensions));
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }

    private static Dimension batchAxis() {
        return Dimension.newBuilder().setDimParam("batch").build();
    }

    private static Dimension axis(long size) {
        return Dimension.newBuilder().setDimValue(size).build();
    }
}
