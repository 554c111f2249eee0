package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.types.Shape;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A graph of one operator, or a few, from the input x to the output y.
 *
 * @param shape of x
 * @param least the least element of x
 * @param smooth whether y is differentiable wherever a random x may be, so that differences show its gradient
 */
record OperatorCase(String name, OnnxModel model, Shape shape, double least, boolean smooth) {

    @Override
    public String toString() {
        return name;
    }

    float[] input(Random random) {
        int count = Math.toIntExact(shape.size());
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) Math.max(least, random.nextGaussian() * 1.5);
            values[i] = (float) (least > 0 ? least + random.nextDouble() : values[i]);
        }
        return values;
    }

    private static final class Builder {
        private final String name;
        private final long[] shape;
        private final TinyModel model;
        private double least = Double.NEGATIVE_INFINITY;
        private boolean smooth = true;

        Builder(String name, int opset, long... shape) {
            this.name = name;
            this.shape = shape;
            this.model = TinyModel.opset(opset).input("x", shape);
        }

        Builder weights(String tensor, long... dimensions) {
            model.weights(tensor, 0.7, dimensions);
            return this;
        }

        Builder positive(String tensor, int count) {
            float[] values = new float[count];
            for (int i = 0; i < count; i++) {
                values[i] = 0.5f + 0.25f * i;
            }
            model.floats(tensor, new long[] {count}, values);
            return this;
        }

        Builder floats(String tensor, float... values) {
            model.floats(tensor, values.length == 1 ? new long[0] : new long[] {values.length}, values);
            return this;
        }

        Builder longs(String tensor, long... values) {
            model.longs(tensor, new long[] {values.length}, values);
            return this;
        }

        Builder node(String operator, List<String> inputs, String output, Attribute... attributes) {
            model.node(operator, inputs, output, attributes);
            return this;
        }

        Builder node(String operator, List<String> inputs, List<String> outputs, Attribute... attributes) {
            model.node(operator, inputs, outputs, attributes);
            return this;
        }

        Builder model(Consumer<TinyModel> change) {
            change.accept(model);
            return this;
        }

        Builder microsoft() {
            model.graph(graph -> {
                NodeProto last = graph.getNode(graph.getNodeCount() - 1);
                graph.setNode(graph.getNodeCount() - 1, last.toBuilder().setDomain("com.microsoft"));
            });
            return this;
        }

        Builder atLeast(double value) {
            least = value;
            return this;
        }

        Builder rough() {
            smooth = false;
            return this;
        }

        OperatorCase build() {
            model.graph(graph -> graph.addOutput(ValueInfoProto.newBuilder().setName("y")));
            return new OperatorCase(name, OnnxModel.ofAnyForm(model.proto()), new Shape(shape), least, smooth);
        }
    }

    private static Builder at(int opset, String name, long... shape) {
        return new Builder(name, opset, shape);
    }

    private static Builder of(String name, long... shape) {
        return at(17, name, shape);
    }

    private static OperatorCase unary(String operator, Attribute... attributes) {
        return of(operator, 2, 5).node(operator, List.of("x"), "y", attributes).build();
    }

    private static OperatorCase positive(String operator) {
        return of(operator, 2, 5).atLeast(0.3).node(operator, List.of("x"), "y").build();
    }

    private static OperatorCase binary(String operator) {
        return of(operator, 2, 3, 4)
                .positive("w", 4)
                .node(operator, List.of("x", "w"), "y")
                .build();
    }

    private static OperatorCase convolution(String name, long[] x, long[] w, Attribute... attributes) {
        return of("Conv " + name, x)
                .weights("w", w)
                .weights("b", w[0])
                .node("Conv", List.of("x", "w", "b"), "y", attributes)
                .build();
    }

    private static OperatorCase reduce(String operator, long... axes) {
        return of(operator + axes.length, 2, 3, 4)
                .node(
                        operator,
                        List.of("x"),
                        "y",
                        Attribute.ints("axes", axes),
                        Attribute.of("keepdims", axes.length - 1))
                .build();
    }

    private static OperatorCase compare(String operator) {
        return of(operator, 2, 4)
                .weights("w", 2, 4)
                .floats("zero", 0)
                .node(operator, List.of("x", "w"), "chosen")
                .node("Where", List.of("chosen", "x", "zero"), "y")
                .rough()
                .build();
    }

    static Stream<OperatorCase> all() {
        List<OperatorCase> cases = new ArrayList<>();
        for (String operator : List.of("Add", "Sub", "Mul", "Div", "Max", "Min", "Sum", "Mean")) {
            cases.add(binary(operator));
        }
        for (String operator : List.of(
                "Neg",
                "Abs",
                "Exp",
                "Sin",
                "Cos",
                "Erf",
                "Identity",
                "Relu",
                "Sigmoid",
                "Tanh",
                "Softplus",
                "HardSwish",
                "HardSigmoid",
                "LeakyRelu",
                "Elu",
                "Softmax",
                "LogSoftmax",
                "Dropout")) {
            cases.add(unary(operator));
        }
        for (String operator : List.of("Floor", "Ceil", "Round", "Sign")) {
            cases.add(
                    of(operator, 2, 5).node(operator, List.of("x"), "y").rough().build());
        }
        for (String operator : List.of("Sqrt", "Log", "Reciprocal")) {
            cases.add(positive(operator));
        }
        for (String operator : List.of("Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal")) {
            cases.add(compare(operator));
        }
        cases.add(of("logic", 2, 4)
                .floats("zero", 0)
                .floats("one", 1)
                .node("Less", List.of("x", "one"), "a")
                .node("Greater", List.of("x", "zero"), "b")
                .node("And", List.of("a", "b"), "c")
                .node("Or", List.of("c", "b"), "d")
                .node("Xor", List.of("d", "a"), "e")
                .node("Not", List.of("e"), "f")
                .node("Cast", List.of("f"), "y", Attribute.of("to", 1))
                .rough()
                .build());
        cases.add(of("Pow", 2, 5)
                .atLeast(0.3)
                .floats("p", 2.5f)
                .node("Pow", List.of("x", "p"), "y")
                .build());
        cases.add(of("PRelu", 2, 3, 4)
                .positive("w", 4)
                .node("PRelu", List.of("x", "w"), "y")
                .build());
        cases.add(of("Clip", 2, 5)
                .floats("from", -0.5f)
                .floats("to", 1)
                .node("Clip", List.of("x", "from", "to"), "y")
                .build());
        cases.add(of("Clip from below", 2, 5)
                .floats("from", -0.5f)
                .node("Clip", List.of("x", "from"), "y")
                .build());
        cases.add(at(20, "Gelu", 2, 5).node("Gelu", List.of("x"), "y").build());
        cases.add(at(20, "Gelu by tanh", 2, 5)
                .node("Gelu", List.of("x"), "y", Attribute.text("approximate", "tanh"))
                .build());
        cases.add(of("com.microsoft.Gelu", 2, 5)
                .node("Gelu", List.of("x"), "y")
                .microsoft()
                .build());
        cases.add(of("com.microsoft.FastGelu", 2, 5)
                .node("FastGelu", List.of("x"), "y")
                .microsoft()
                .build());
        cases.add(of("com.microsoft.QuickGelu", 2, 5)
                .node("QuickGelu", List.of("x"), "y")
                .microsoft()
                .build());
        cases.add(at(11, "Softmax over several axes", 2, 3, 4)
                .node("Softmax", List.of("x"), "y")
                .build());
        addLayers(cases);
        addPooling(cases);
        addNormalization(cases);
        for (String operator :
                List.of("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL2", "ReduceSumSquare")) {
            if (!operator.equals("ReduceSum")) {
                cases.add(reduce(operator, 1));
                cases.add(reduce(operator, -1, 0));
            }
        }
        cases.add(of("ReduceSum of all", 2, 3)
                .node("ReduceSum", List.of("x"), "y")
                .build());
        cases.add(of("ReduceSum", 2, 3, 4)
                .longs("axes", 0, 2)
                .node("ReduceSum", List.of("x", "axes"), "y", Attribute.of("keepdims", 0))
                .build());
        addShapes(cases);
        addIndexing(cases);
        addTransformers(cases);
        return cases.stream();
    }

    private static void addLayers(List<OperatorCase> cases) {
        cases.add(convolution("1x1", new long[] {2, 3, 4, 4}, new long[] {5, 3, 1, 1}));
        cases.add(convolution(
                "3x3, strides, pads",
                new long[] {2, 3, 7, 6},
                new long[] {4, 3, 3, 3},
                Attribute.ints("strides", 2, 1),
                Attribute.ints("pads", 1, 1, 1, 1)));
        cases.add(convolution(
                "unlike pads, dilations",
                new long[] {1, 2, 8, 7},
                new long[] {2, 2, 3, 2},
                Attribute.ints("pads", 0, 1, 2, 0),
                Attribute.ints("dilations", 2, 1)));
        cases.add(convolution(
                "depthwise",
                new long[] {2, 4, 5, 5},
                new long[] {4, 1, 3, 3},
                Attribute.of("group", 4),
                Attribute.ints("pads", 1, 1, 1, 1)));
        cases.add(convolution("grouped", new long[] {2, 4, 5, 5}, new long[] {6, 2, 3, 3}, Attribute.of("group", 2)));
        cases.add(convolution(
                "1d",
                new long[] {2, 3, 9},
                new long[] {4, 3, 3},
                Attribute.ints("strides", 2),
                Attribute.ints("pads", 1, 1)));
        for (String same : List.of("SAME_UPPER", "SAME_LOWER", "VALID")) {
            cases.add(convolution(
                    same,
                    new long[] {1, 2, 6, 5},
                    new long[] {3, 2, 2, 3},
                    Attribute.text("auto_pad", same),
                    Attribute.ints("strides", 1, 2)));
        }
        cases.add(of("Conv without bias", 1, 2, 4, 4)
                .weights("w", 3, 2, 3, 3)
                .node("Conv", List.of("x", "w"), "y")
                .build());
        cases.add(of("Gemm", 3, 4)
                .weights("w", 5, 4)
                .weights("b", 5)
                .node("Gemm", List.of("x", "w", "b"), "y", Attribute.of("transB", 1))
                .build());
        cases.add(of("Gemm with factors", 4, 3)
                .weights("w", 4, 5)
                .weights("b", 3, 5)
                .node(
                        "Gemm",
                        List.of("x", "w", "b"),
                        "y",
                        Attribute.of("transA", 1),
                        Attribute.of("alpha", 0.5f),
                        Attribute.of("beta", 2f))
                .build());
        cases.add(of("MatMul", 2, 3, 4)
                .weights("w", 4, 5)
                .node("MatMul", List.of("x", "w"), "y")
                .build());
        cases.add(of("MatMul of stacks", 2, 1, 3, 4)
                .weights("w", 3, 4, 2)
                .node("MatMul", List.of("x", "w"), "y")
                .build());
        cases.add(of("MatMul with itself", 2, 3, 4)
                .node("Transpose", List.of("x"), "t", Attribute.ints("perm", 0, 2, 1))
                .node("MatMul", List.of("x", "t"), "y")
                .build());
    }

    private static void addPooling(List<OperatorCase> cases) {
        cases.add(of("MaxPool", 1, 2, 6, 6)
                .node(
                        "MaxPool",
                        List.of("x"),
                        "y",
                        Attribute.ints("kernel_shape", 2, 2),
                        Attribute.ints("strides", 2, 2))
                .build());
        cases.add(of("MaxPool with unlike pads", 1, 2, 5, 6)
                .node(
                        "MaxPool",
                        List.of("x"),
                        "y",
                        Attribute.ints("kernel_shape", 3, 3),
                        Attribute.ints("pads", 0, 0, 1, 1),
                        Attribute.ints("strides", 2, 2))
                .build());
        cases.add(of("AveragePool", 1, 2, 6, 6)
                .node("AveragePool", List.of("x"), "y", Attribute.ints("kernel_shape", 2, 3))
                .build());
        for (int counted = 0; counted < 2; counted++) {
            cases.add(of("AveragePool with pads, counted " + counted, 1, 2, 5, 6)
                    .node(
                            "AveragePool",
                            List.of("x"),
                            "y",
                            Attribute.ints("kernel_shape", 3, 3),
                            Attribute.ints("pads", 1, 0, 1, 1),
                            Attribute.of("count_include_pad", counted))
                    .build());
        }
        cases.add(of("GlobalAveragePool", 2, 3, 4, 5)
                .node("GlobalAveragePool", List.of("x"), "y")
                .build());
        cases.add(of("GlobalMaxPool", 2, 3, 4, 5)
                .node("GlobalMaxPool", List.of("x"), "y")
                .build());
    }

    private static void addNormalization(List<OperatorCase> cases) {
        cases.add(of("BatchNormalization", 2, 3, 4, 4)
                .positive("scale", 3)
                .weights("bias", 3)
                .weights("mean", 3)
                .positive("variance", 3)
                .node("BatchNormalization", List.of("x", "scale", "bias", "mean", "variance"), "y")
                .build());
        cases.add(of("LayerNormalization", 2, 3, 4)
                .positive("scale", 4)
                .weights("bias", 4)
                .node("LayerNormalization", List.of("x", "scale", "bias"), "y")
                .build());
        cases.add(of("LayerNormalization without bias over two axes", 2, 3, 4)
                .weights("scale", 3, 4)
                .node("LayerNormalization", List.of("x", "scale"), "y", Attribute.of("axis", 1))
                .build());
        cases.add(of("LayerNormalization in pieces", 2, 3, 4)
                .positive("scale", 4)
                .weights("bias", 4)
                .floats("two", 2)
                .floats("epsilon", 1e-5f)
                .node("ReduceMean", List.of("x"), "mean", Attribute.ints("axes", -1))
                .node("Sub", List.of("x", "mean"), "centred")
                .node("Pow", List.of("centred", "two"), "squares")
                .node("ReduceMean", List.of("squares"), "variance", Attribute.ints("axes", -1))
                .node("Add", List.of("variance", "epsilon"), "positive")
                .node("Sqrt", List.of("positive"), "deviation")
                .node("Div", List.of("centred", "deviation"), "normal")
                .node("Mul", List.of("normal", "scale"), "scaled")
                .node("Add", List.of("scaled", "bias"), "y")
                .build());
        cases.add(of("SimplifiedLayerNormalization", 2, 3, 4)
                .positive("scale", 4)
                .node("SimplifiedLayerNormalization", List.of("x", "scale"), "y")
                .build());
    }

    private static void addShapes(List<OperatorCase> cases) {
        cases.add(of("Reshape", 2, 3, 4)
                .longs("to", 0, -1, 2)
                .node("Reshape", List.of("x", "to"), "y")
                .build());
        cases.add(of("Flatten", 2, 3, 4).node("Flatten", List.of("x"), "y").build());
        cases.add(of("Transpose", 2, 3, 4)
                .node("Transpose", List.of("x"), "y", Attribute.ints("perm", 2, 0, 1))
                .build());
        cases.add(of("Transpose of all axes", 2, 3, 4)
                .node("Transpose", List.of("x"), "y")
                .build());
        cases.add(of("Squeeze", 2, 1, 3, 1)
                .longs("axes", -1)
                .node("Squeeze", List.of("x", "axes"), "y")
                .build());
        cases.add(of("Unsqueeze", 2, 3)
                .longs("axes", -1, 0)
                .node("Unsqueeze", List.of("x", "axes"), "y")
                .build());
        cases.add(of("Expand", 2, 1, 3)
                .longs("to", 1, 4, 1)
                .node("Expand", List.of("x", "to"), "y")
                .build());
        cases.add(of("Tile", 2, 3)
                .longs("times", 2, 3)
                .node("Tile", List.of("x", "times"), "y")
                .build());
        cases.add(of("Concat", 2, 3)
                .weights("w", 2, 2)
                .node("Concat", List.of("x", "w", "x"), "y", Attribute.of("axis", -1))
                .build());
        cases.add(of("Split", 2, 5)
                .longs("sizes", 2, 3)
                .node("Split", List.of("x", "sizes"), List.of("a", "b"), Attribute.of("axis", 1))
                .node("ReduceMean", List.of("a"), "c", Attribute.ints("axes", 1))
                .node("Mul", List.of("b", "c"), "y")
                .build());
        cases.add(at(11, "Split evenly", 4, 2)
                .node("Split", List.of("x"), List.of("a", "b"))
                .node("Mul", List.of("a", "b"), "y")
                .build());
        cases.add(of("Pad", 2, 3)
                .longs("pads", 0, 1, 2, 0)
                .floats("filling", 0.5f)
                .node("Pad", List.of("x", "pads", "filling"), "y")
                .build());
        cases.add(of("shapes of shapes", 2, 3, 4)
                .longs("one", 1)
                .longs("last", -1)
                .node("Shape", List.of("x"), "shape")
                .node("Gather", List.of("shape", "one"), "second")
                .node("Concat", List.of("last", "second"), "to", Attribute.of("axis", 0))
                .node("Reshape", List.of("x", "to"), "y")
                .build());
        cases.add(of("a constant of a shape", 2, 3)
                .node("Shape", List.of("x"), "shape")
                .node("ConstantOfShape", List.of("shape"), "zeros")
                .node("Add", List.of("x", "zeros"), "y")
                .build());
        cases.add(of("a range as positions", 2, 3)
                .model(model -> model.longs("from", new long[0], 0)
                        .longs("to", new long[0], 3)
                        .longs("by", new long[0], 1))
                .node("Range", List.of("from", "to", "by"), "positions")
                .node("Cast", List.of("positions"), "numbers", Attribute.of("to", 1))
                .node("Mul", List.of("x", "numbers"), "y")
                .build());
    }

    private static void addIndexing(List<OperatorCase> cases) {
        cases.add(of("Gather of rows", 4, 3)
                .longs("rows", 2, -1, 2)
                .node("Gather", List.of("x", "rows"), "y")
                .build());
        cases.add(of("Gather along an axis", 2, 4, 3)
                .longs("places", 3, 0)
                .node("Gather", List.of("x", "places"), "y", Attribute.of("axis", 1))
                .build());
        cases.add(of("Gather of one", 2, 4, 3)
                .model(model -> model.longs("place", new long[0], 1))
                .node("Gather", List.of("x", "place"), "y", Attribute.of("axis", 1))
                .build());
        cases.add(of("Gather by a table", 3, 4)
                .model(model -> model.longs("places", new long[] {2, 2}, 0, 2, 1, 2))
                .node("Gather", List.of("x", "places"), "y")
                .build());
        cases.add(of("Slice", 4, 5)
                .longs("from", 1, -4)
                .longs("to", 100, -1)
                .longs("axes", 0, 1)
                .longs("steps", 2, 1)
                .node("Slice", List.of("x", "from", "to", "axes", "steps"), "y")
                .build());
        cases.add(of("Slice backwards", 4, 5)
                .longs("from", -1)
                .longs("to", Long.MIN_VALUE)
                .longs("axes", 1)
                .longs("steps", -2)
                .node("Slice", List.of("x", "from", "to", "axes", "steps"), "y")
                .build());
        for (int upper = 0; upper < 2; upper++) {
            cases.add(of("Trilu upper " + upper, 2, 4, 5)
                    .node("Trilu", List.of("x"), "y", Attribute.of("upper", upper))
                    .build());
        }
        cases.add(of("GatherElements", 3, 3)
                .model(model -> model.longs("places", new long[] {2, 3}, 0, 1, 2, 2, 0, 0))
                .node("GatherElements", List.of("x", "places"), "y", Attribute.of("axis", 0))
                .build());
    }

    private static void addTransformers(List<OperatorCase> cases) {
        cases.add(of("attention", 2, 3, 4)
                .weights("q", 4, 4)
                .weights("k", 4, 4)
                .weights("v", 4, 4)
                .floats("root", 2)
                .node("MatMul", List.of("x", "q"), "query")
                .node("MatMul", List.of("x", "k"), "key")
                .node("MatMul", List.of("x", "v"), "value")
                .node("Transpose", List.of("key"), "turned", Attribute.ints("perm", 0, 2, 1))
                .node("MatMul", List.of("query", "turned"), "scores")
                .node("Div", List.of("scores", "root"), "scaled")
                .node("Softmax", List.of("scaled"), "shares", Attribute.of("axis", -1))
                .node("MatMul", List.of("shares", "value"), "y")
                .build());
        cases.add(of("rotary embedding in pieces", 1, 2, 3, 4)
                .weights("cos", 1, 1, 3, 4)
                .weights("sin", 1, 1, 3, 4)
                .longs("zero", 0)
                .longs("half", 2)
                .longs("end", Long.MAX_VALUE)
                .longs("axis", -1)
                .node("Slice", List.of("x", "zero", "half", "axis"), "first")
                .node("Slice", List.of("x", "half", "end", "axis"), "second")
                .node("Neg", List.of("second"), "negative")
                .node("Concat", List.of("negative", "first"), "turned", Attribute.of("axis", -1))
                .node("Mul", List.of("x", "cos"), "a")
                .node("Mul", List.of("turned", "sin"), "b")
                .node("Add", List.of("a", "b"), "y")
                .build());
    }
}
