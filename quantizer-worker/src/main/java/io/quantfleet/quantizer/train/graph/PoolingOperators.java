package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.quantfleet.quantizer.onnx.Node;

/** What takes the greatest or the mean of a window. */
final class PoolingOperators {
    private PoolingOperators() {}

    static void register(OperatorTable table) {
        table.one("MaxPool", PoolingOperators::maximum);
        table.one("AveragePool", PoolingOperators::average);
        table.unary("GlobalAveragePool", x -> likeOnePlace(rows(x).mean(new int[] {2}), x));
        table.unary("GlobalMaxPool", x -> likeOnePlace(rows(x).max(new int[] {2}), x));
    }

    private static Shape kernel(Node node) {
        return node.integers("kernel_shape")
                .map(Shapes::of)
                .orElseThrow(() -> Unsupported.because(node, "no kernel_shape"));
    }

    private static Operation.OfOne maximum(Node node) {
        Window window = Window.of(node);
        Shape kernel = kernel(node);
        Unsupported.unless(!window.dilated(), node, "dilations");
        Unsupported.unless(node.outputs().size() == 1, node, "indices");
        boolean ceil = node.integer("ceil_mode", 0) == 1;
        return operands -> {
            Window.Placed placed = window.over(operands.get(0), kernel, Double.NEGATIVE_INFINITY);
            return placed.input().getNDArrayInternal().maxPool(kernel, placed.strides(), placed.pads(), ceil);
        };
    }

    private static Operation.OfOne average(Node node) {
        Window window = Window.of(node);
        Shape kernel = kernel(node);
        Unsupported.unless(!window.dilated(), node, "dilations");
        boolean ceil = node.integer("ceil_mode", 0) == 1;
        boolean counted = node.integer("count_include_pad", 0) == 1;
        Unsupported.unless(!ceil || window.padsNothing(), node, "both ceil_mode and pads");
        return operands -> {
            NDArray input = operands.get(0);
            NDArray mean = mean(window, kernel, input, ceil);
            // Means over what is padded are put right by how much of each window is not.
            return counted || window.padsNothing() ? mean : mean.div(mean(window, kernel, input.onesLike(), ceil));
        };
    }

    private static NDArray mean(Window window, Shape kernel, NDArray input, boolean ceil) {
        Window.Placed placed = window.over(input, kernel);
        return placed.input().getNDArrayInternal().avgPool(kernel, placed.strides(), placed.pads(), ceil, true);
    }

    private static NDArray rows(NDArray x) {
        return x.reshape(x.getShape().get(0), x.getShape().get(1), -1);
    }

    private static NDArray likeOnePlace(NDArray values, NDArray x) {
        long[] shape = x.getShape().getShape().clone();
        for (int i = 2; i < shape.length; i++) {
            shape[i] = 1;
        }
        return values.reshape(new Shape(shape));
    }
}
