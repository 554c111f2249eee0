package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.quantfleet.quantizer.onnx.Node;
import java.util.Arrays;
import java.util.Optional;

/** What gives elements another arrangement, and what computes with dimensions. */
final class ShapeOperators {
    private ShapeOperators() {}

    static void register(OperatorTable table) {
        table.one("Reshape", ShapeOperators::reshape);
        table.one("Flatten", ShapeOperators::flatten);
        table.one("Transpose", ShapeOperators::transpose);
        table.one("Squeeze", ShapeOperators::squeeze);
        table.one("Unsqueeze", ShapeOperators::unsqueeze);
        table.one("Expand", node -> operands -> {
            NDArray x = operands.get(0);
            return Shapes.stretched(x, Shapes.broadcast(x.getShape(), new Shape(operands.longs(1))));
        });
        table.one("Tile", node -> operands -> operands.get(0).tile(operands.longs(1)));
        table.one("Concat", ShapeOperators::concat);
        table.one("Shape", ShapeOperators::shape);
        table.one(
                "Size",
                node -> operands -> operands.manager().create(operands.get(0).size()));
        table.one("ConstantOfShape", ShapeOperators::constantOfShape);
        table.one("Range", node -> ShapeOperators::range);
        table.one("Pad", ShapeOperators::pad);
    }

    private static Operation.OfOne reshape(Node node) {
        boolean zeroMeansZero = node.integer("allowzero", 0) == 1;
        return operands -> {
            NDArray x = operands.get(0);
            long[] wanted = operands.longs(1);
            for (int i = 0; i < wanted.length; i++) {
                wanted[i] = wanted[i] == 0 && !zeroMeansZero ? x.getShape().get(i) : wanted[i];
            }
            return x.reshape(new Shape(forAll(x, wanted)));
        };
    }

    // A model whose shapes are fixed stores them for one sample, and several are trained with at once.
    private static long[] forAll(NDArray x, long... wanted) {
        long one = Arrays.stream(wanted).reduce(1, (product, size) -> product * size);
        if (wanted.length > 0 && one > 0 && x.size() > one && x.size() % one == 0) {
            wanted[0] *= x.size() / one;
        }
        return wanted;
    }

    private static Operation.OfOne flatten(Node node) {
        long axis = node.integer("axis", 1);
        return operands -> {
            NDArray x = operands.get(0);
            long rows = x.getShape().slice(0, Shapes.axis(axis, Shapes.rank(x))).size();
            return x.reshape(rows, x.size() / rows);
        };
    }

    private static Operation.OfOne transpose(Node node) {
        Optional<long[]> order = node.integers("perm").map(Shapes::array);
        return operands -> {
            NDArray x = operands.get(0);
            return order.map(given -> x.transpose(Shapes.axes(given, given.length)))
                    .orElseGet(x::transpose);
        };
    }

    private static Optional<long[]> axes(Node node, Operands operands) {
        return operands.has(1)
                ? Optional.of(operands.longs(1))
                : node.integers("axes").map(Shapes::array);
    }

    private static Operation.OfOne squeeze(Node node) {
        return operands -> {
            NDArray x = operands.get(0);
            return axes(node, operands)
                    .map(given -> x.squeeze(Shapes.axes(given, Shapes.rank(x))))
                    .orElseGet(x::squeeze);
        };
    }

    private static Operation.OfOne unsqueeze(Node node) {
        return operands -> {
            NDArray x = operands.get(0);
            long[] given = axes(node, operands).orElseThrow(() -> Unsupported.because(node, "no axes"));
            int[] places = Shapes.axes(given, Shapes.rank(x) + given.length);
            Arrays.sort(places);
            for (int place : places) {
                x = x.expandDims(place);
            }
            return x;
        };
    }

    private static Operation.OfOne concat(Node node) {
        long axis = node.integer("axis", 0);
        return operands -> {
            NDList parts = new NDList();
            for (int i = 0; i < operands.count(); i++) {
                parts.add(operands.get(i));
            }
            return NDArrays.concat(parts, Shapes.axis(axis, Shapes.rank(operands.get(0))));
        };
    }

    private static Operation.OfOne shape(Node node) {
        long start = node.integer("start", 0);
        long end = node.integer("end", Long.MAX_VALUE);
        return operands -> {
            long[] shape = operands.get(0).getShape().getShape();
            int from = within(start, shape.length);
            int to = Math.max(from, within(end, shape.length));
            return operands.manager().create(Arrays.copyOfRange(shape, from, to));
        };
    }

    private static int within(long place, int rank) {
        return (int) Math.max(0, Math.min(rank, place < 0 ? place + rank : place));
    }

    private static Operation.OfOne constantOfShape(Node node) {
        return operands -> {
            Shape shape = new Shape(operands.longs(0));
            return node.attribute("value")
                    .map(value -> Constants.array(operands.manager(), value.getT(), operands.precision())
                            .reshape(1)
                            .broadcast(shape.dimension() == 0 ? new Shape(1) : shape)
                            .reshape(shape))
                    .orElseGet(() -> operands.manager().zeros(shape, operands.precision()));
        };
    }

    private static NDArray range(Operands operands) {
        if (!operands.get(0).getDataType().isFloating()) {
            return operands.manager()
                    .arange(
                            (int) operands.longs(0)[0],
                            (int) operands.longs(1)[0],
                            (int) operands.longs(2)[0],
                            DataType.INT64);
        }
        return operands.manager()
                .arange((float) operands.number(0), (float) operands.number(1), (float) operands.number(2))
                .toType(operands.precision(), false);
    }

    private static Operation.OfOne pad(Node node) {
        Unsupported.unless(node.text("mode", "constant").equals("constant"), node, "a mode other than constant");
        return operands -> {
            NDArray x = operands.get(0);
            int rank = Shapes.rank(x);
            long[] given = operands.longs(1);
            int[] axes = operands.has(3) ? Shapes.axes(operands.longs(3), rank) : all(rank);
            long[] begin = new long[rank];
            long[] end = new long[rank];
            for (int i = 0; i < axes.length; i++) {
                begin[axes[i]] = given[i];
                end[axes[i]] = given[axes.length + i];
            }
            return Window.padded(x, begin, end, operands.has(2) ? operands.number(2) : 0);
        };
    }

    private static int[] all(int rank) {
        int[] axes = new int[rank];
        Arrays.setAll(axes, i -> i);
        return axes;
    }
}
