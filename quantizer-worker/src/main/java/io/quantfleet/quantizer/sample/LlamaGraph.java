package io.quantfleet.quantizer.sample;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Builds the graph of a language model of LLaMA's architecture (Touvron et al. 2023) as exporters write it, in ONNX's plain
 * operators of opset 17: RMSNorm, rotary position embedding, causal attention whose keys and values several heads share, a
 * gated feed-forward part. The batch is a free axis; samples have a fixed number of tokens. For one graph, one thread.
 */
final class LlamaGraph {
    static final String INPUT = "input_ids";
    static final String OUTPUT = "logits";

    private static final int OPSET = 17;
    private static final int IR_VERSION = 8;
    private static final double ROTARY_BASE = 10_000;
    private static final float EPSILON = 1e-5f;
    private static final float MASKED = -10_000;

    private final LlamaShape shape;
    private final Weights weights;
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("llama");

    /** Where weights come from and go to. */
    @FunctionalInterface
    interface Weights {
        /** A stored matrix; its elements are spread around zero by about {@code deviation}. */
        TensorProto matrix(String name, int rows, int columns, double deviation);
    }

    private LlamaGraph(LlamaShape shape, Weights weights) {
        this.shape = shape;
        this.weights = weights;
    }

    static ModelProto build(LlamaShape shape, Weights weights) {
        LlamaGraph llama = new LlamaGraph(shape, weights);
        llama.build();
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("quantfleet-sample")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(llama.graph)
                .build();
    }

    private void build() {
        graph.addInput(value(INPUT, TensorProto.DataType.INT64, shape.context()));
        constants();
        String stream = node(
                "/model/embed_tokens/Gather",
                "Gather",
                List.of(matrix("model.embed_tokens.weight", shape.vocabulary(), shape.width(), 0.02), INPUT));
        for (int i = 0; i < shape.layers(); i++) {
            String layer = "/model/layers." + i;
            stream = add(layer + "/attention_residual", stream, attention(layer, stream));
            stream = add(layer + "/mlp_residual", stream, feedForward(layer, stream));
        }
        String normed = norm("/model/norm", stream);
        product("/lm_head", normed, shape.width(), shape.vocabulary(), OUTPUT);
        graph.addOutput(value(OUTPUT, TensorProto.DataType.FLOAT, shape.context(), shape.vocabulary()));
    }

    private void constants() {
        int half = shape.headWidth() / 2;
        float[] cosines = new float[shape.context() * shape.headWidth()];
        float[] sines = new float[cosines.length];
        float[] mask = new float[shape.context() * shape.context()];
        for (int at = 0; at < shape.context(); at++) {
            for (int i = 0; i < shape.headWidth(); i++) {
                double angle = at / Math.pow(ROTARY_BASE, (double) (i % half) / half);
                cosines[at * shape.headWidth() + i] = (float) Math.cos(angle);
                sines[at * shape.headWidth() + i] = (float) Math.sin(angle);
            }
            for (int seen = at + 1; seen < shape.context(); seen++) {
                mask[at * shape.context() + seen] = MASKED;
            }
        }
        floats("cos", List.of((long) shape.context(), (long) shape.headWidth()), cosines);
        floats("sin", List.of((long) shape.context(), (long) shape.headWidth()), sines);
        floats("causal_mask", List.of((long) shape.context(), (long) shape.context()), mask);
        floats("two", List.of(), 2);
        floats("epsilon", List.of(), EPSILON);
        floats("attention_scale", List.of(), (float) (1 / Math.sqrt(shape.headWidth())));
        longs("zero", 0);
        longs("half", half);
        longs("whole", shape.headWidth());
        longs("last_axis", -1);
        longs("group_axis", 2);
        longs("group", 1, 1, shape.heads() / shape.keyValueHeads(), 1, 1);
        longs("query_shape", -1, shape.context(), shape.heads(), shape.headWidth());
        longs("key_shape", -1, shape.context(), shape.keyValueHeads(), shape.headWidth());
        longs("heads_shape", -1, shape.heads(), shape.context(), shape.headWidth());
        longs("stream_shape", -1, shape.context(), shape.width());
    }

    private String attention(String layer, String stream) {
        String name = layer + "/self_attn";
        String normed = norm(layer + "/input_layernorm", stream);
        int keys = shape.keyValueHeads() * shape.headWidth();
        String queries = rotated(name + "/q", projected(name + "/q", normed, shape.width(), "query_shape"));
        String key = rotated(name + "/k", projected(name + "/k", normed, keys, "key_shape"));
        String value = projected(name + "/v", normed, keys, "key_shape");
        String turned = node(
                name + "/k_transposed/Transpose",
                "Transpose",
                List.of(shared(name + "/k", key)),
                integers("perm", 0, 1, 3, 2));
        String scores = node(name + "/scores/MatMul", "MatMul", List.of(queries, turned));
        String scaled = node(name + "/scaled/Mul", "Mul", List.of(scores, "attention_scale"));
        String masked = node(name + "/masked/Add", "Add", List.of(scaled, "causal_mask"));
        String shares = node(name + "/Softmax", "Softmax", List.of(masked), integer("axis", -1));
        String mixed = node(name + "/mixed/MatMul", "MatMul", List.of(shares, shared(name + "/v", value)));
        String back = node(name + "/back/Transpose", "Transpose", List.of(mixed), integers("perm", 0, 2, 1, 3));
        String joined = node(name + "/joined/Reshape", "Reshape", List.of(back, "stream_shape"));
        return product(name + "/o_proj", joined, shape.width(), shape.width());
    }

    private String projected(String name, String input, int columns, String headsShape) {
        String made = product(name + "_proj", input, shape.width(), columns);
        String parted = node(name + "_parted/Reshape", "Reshape", List.of(made, headsShape));
        return node(name + "_heads/Transpose", "Transpose", List.of(parted), integers("perm", 0, 2, 1, 3));
    }

    // x·cos + rotate_half(x)·sin, as exported from PyTorch.
    private String rotated(String name, String heads) {
        String first = node(name + "_first/Slice", "Slice", List.of(heads, "zero", "half", "last_axis"));
        String second = node(name + "_second/Slice", "Slice", List.of(heads, "half", "whole", "last_axis"));
        String negative = node(name + "_negative/Neg", "Neg", List.of(second));
        String turned = node(name + "_turned/Concat", "Concat", List.of(negative, first), integer("axis", -1));
        String straight = node(name + "_cos/Mul", "Mul", List.of(heads, "cos"));
        String across = node(name + "_sin/Mul", "Mul", List.of(turned, "sin"));
        return add(name + "_rotated", straight, across);
    }

    private String shared(String name, String heads) {
        if (shape.heads() == shape.keyValueHeads()) {
            return heads;
        }
        String open = node(name + "_open/Unsqueeze", "Unsqueeze", List.of(heads, "group_axis"));
        String repeated = node(name + "_repeated/Expand", "Expand", List.of(open, "group"));
        return node(name + "_shared/Reshape", "Reshape", List.of(repeated, "heads_shape"));
    }

    private String feedForward(String layer, String stream) {
        String name = layer + "/mlp";
        String normed = norm(layer + "/post_attention_layernorm", stream);
        String gate = product(name + "/gate_proj", normed, shape.width(), shape.hidden());
        String open = node(name + "/act_fn/Sigmoid", "Sigmoid", List.of(gate));
        String swish = node(name + "/act_fn/Mul", "Mul", List.of(gate, open));
        String up = product(name + "/up_proj", normed, shape.width(), shape.hidden());
        String gated = node(name + "/Mul", "Mul", List.of(swish, up));
        return product(name + "/down_proj", gated, shape.hidden(), shape.width());
    }

    // RMSNorm (Zhang and Sennrich 2019).
    private String norm(String name, String input) {
        String square = node(name + "/Pow", "Pow", List.of(input, "two"));
        String mean = node(name + "/ReduceMean", "ReduceMean", List.of(square), integers("axes", -1));
        String shifted = node(name + "/Add", "Add", List.of(mean, "epsilon"));
        String root = node(name + "/Sqrt", "Sqrt", List.of(shifted));
        String unit = node(name + "/Div", "Div", List.of(input, root));
        float[] ones = new float[shape.width()];
        Arrays.fill(ones, 1);
        String gain = parameter(name);
        floats(gain, List.of((long) shape.width()), ones);
        return node(name + "/Mul", "Mul", List.of(unit, gain));
    }

    private String product(String name, String input, int rows, int columns) {
        return product(name, input, rows, columns, name + "/MatMul_output");
    }

    private String product(String name, String input, int rows, int columns, String output) {
        String weight = matrix(parameter(name), rows, columns, 1 / Math.sqrt(rows));
        graph.addNode(NodeProto.newBuilder()
                .setName(name + "/MatMul")
                .setOpType("MatMul")
                .addAllInput(List.of(input, weight))
                .addOutput(output));
        return output;
    }

    private String add(String name, String one, String other) {
        return node(name + "/Add", "Add", List.of(one, other));
    }

    private static String parameter(String name) {
        return name.substring(1).replace('/', '.') + ".weight";
    }

    private String node(String name, String operator, List<String> inputs, AttributeProto... attributes) {
        String output = name + "_output";
        graph.addNode(NodeProto.newBuilder()
                .setName(name)
                .setOpType(operator)
                .addAllInput(inputs)
                .addOutput(output)
                .addAllAttribute(List.of(attributes)));
        return output;
    }

    private String matrix(String name, int rows, int columns, double deviation) {
        graph.addInitializer(weights.matrix(name, rows, columns, deviation));
        return name;
    }

    private void floats(String name, List<Long> dimensions, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        graph.addInitializer(tensor(name, TensorProto.DataType.FLOAT, dimensions, bytes));
    }

    private void longs(String name, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        graph.addInitializer(tensor(name, TensorProto.DataType.INT64, List.of((long) values.length), bytes));
    }

    private static TensorProto tensor(String name, TensorProto.DataType type, List<Long> dimensions, ByteBuffer bytes) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .addAllDims(dimensions)
                .setRawData(ByteString.copyFrom(bytes))
                .build();
    }

    private static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    private static AttributeProto integers(String name, long... values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INTS)
                .addAllInts(LongStream.of(values).boxed().toList())
                .build();
    }

    private static ValueInfoProto value(String name, TensorProto.DataType type, long... perSample) {
        TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
        dimensions.addDimBuilder().setDimParam("batch");
        for (long dimension : perSample) {
            dimensions.addDimBuilder().setDimValue(dimension);
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(dimensions)))
                .build();
    }
}
