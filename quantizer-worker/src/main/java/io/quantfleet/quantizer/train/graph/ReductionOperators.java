package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import io.quantfleet.quantizer.onnx.Node;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Sums, means and extremes along axes. */
final class ReductionOperators {
    private ReductionOperators() {}

    private interface Reduction {
        NDArray apply(NDArray array, int[] axes);
    }

    static void register(OperatorTable table) {
        table.one("ReduceSum", node -> reduce(node, ReductionOperators::sum));
        table.one("ReduceMean", node -> reduce(node, ReductionOperators::mean));
        table.one("ReduceMax", node -> reduce(node, (x, axes) -> oneByOne(x, axes, NDArray::max)));
        table.one("ReduceMin", node -> reduce(node, (x, axes) -> oneByOne(x, axes, NDArray::min)));
        table.one("ReduceSumSquare", node -> reduce(node, (x, axes) -> sum(x.mul(x), axes)));
        table.one(
                "ReduceL2",
                node -> reduce(node, (x, axes) -> sum(x.mul(x), axes).sqrt()));
    }

    // Axes were attributes before opset 13 or 18.
    private static Operation.OfOne reduce(Node node, Reduction reduction) {
        long[] attribute = node.integers("axes").map(Shapes::array).orElse(new long[0]);
        boolean keep = node.integer("keepdims", 1) == 1;
        boolean allIfNone = node.integer("noop_with_empty_axes", 0) == 0;
        return operands -> {
            NDArray x = operands.get(0);
            long[] given = operands.has(1) ? operands.longs(1) : attribute;
            if (given.length == 0 && !allIfNone) {
                return x;
            }
            int[] axes = given.length == 0
                    ? IntStream.range(0, Shapes.rank(x)).toArray()
                    : Shapes.axes(given, Shapes.rank(x));
            NDArray kept = reduction.apply(x, axes);
            return keep ? kept : kept.squeeze(axes);
        };
    }

    private static NDArray sum(NDArray x, int[] axes) {
        return axes.length == 0 ? x : x.sum(axes, true);
    }

    private static NDArray mean(NDArray x, int[] axes) {
        long count =
                Arrays.stream(axes).mapToLong(axis -> x.getShape().get(axis)).reduce(1, Math::multiplyExact);
        return axes.length == 1 ? x.mean(axes, true) : sum(x, axes).div(count);
    }

    private interface Extreme {
        NDArray along(NDArray array, int[] axis, boolean keep);
    }

    private static NDArray oneByOne(NDArray x, int[] axes, Extreme extreme) {
        NDArray result = x;
        for (int axis : axes) {
            result = extreme.along(result, new int[] {axis}, true);
        }
        return result;
    }
}
