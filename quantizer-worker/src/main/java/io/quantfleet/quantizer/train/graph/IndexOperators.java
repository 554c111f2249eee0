package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.quantfleet.quantizer.onnx.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** What takes some elements out of an array. */
final class IndexOperators {
    private IndexOperators() {}

    static void register(OperatorTable table) {
        table.one("Gather", IndexOperators::gather);
        table.one("GatherElements", node -> {
            long axis = node.integer("axis", 0);
            return operands -> {
                NDArray x = operands.get(0);
                return x.gather(operands.get(1), Shapes.axis(axis, Shapes.rank(x)));
            };
        });
        table.one("Slice", node -> IndexOperators::slice);
        table.add("Split", (node, opset) -> split(node));
        table.one("Trilu", IndexOperators::triangle);
    }

    private static Operation.OfOne gather(Node node) {
        long axis = node.integer("axis", 0);
        return operands -> {
            NDArray x = operands.get(0);
            NDArray indices = operands.get(1);
            return gathered(x, indices.toType(DataType.INT64, false), Shapes.axis(axis, Shapes.rank(x)));
        };
    }

    /** The places of an axis that indices name, which may count from the end; the indices' axes replace it. */
    static NDArray gathered(NDArray x, NDArray indices, int axis) {
        Shape shape = x.getShape();
        long size = shape.get(axis);
        NDArray flat = indices.reshape(-1);
        // Indices below zero count from the end.
        NDArray places = flat.add(flat.lt(0).toType(DataType.INT64, false).mul(size));
        NDArray taken;
        if (axis == 0 && shape.dimension() == 2 && x.getDataType().isFloating()) {
            taken = x.getNDArrayInternal()
                    .embedding(places, x, SparseFormat.DENSE)
                    .singletonOrThrow();
        } else {
            taken = x.get(new NDIndex(":,".repeat(axis) + "{}", places));
        }
        long[] before = shape.slice(0, axis).getShape();
        long[] after = shape.slice(axis + 1).getShape();
        return taken.reshape(new Shape(joined(before, indices.getShape().getShape(), after)));
    }

    private static long[] joined(long[]... parts) {
        return Arrays.stream(parts).flatMapToLong(Arrays::stream).toArray();
    }

    static NDArray part(NDArray x, int axis, long from, long to) {
        return JniUtils.slice((PtNDArray) x, axis, from, to, 1);
    }

    private static NDArray slice(Operands operands) {
        NDArray x = operands.get(0);
        long[] starts = operands.longs(1);
        long[] ends = operands.longs(2);
        long[] axes = operands.has(3)
                ? operands.longs(3)
                : LongStream.range(0, starts.length).toArray();
        for (int i = 0; i < starts.length; i++) {
            long step = operands.has(4) ? operands.longs(4)[i] : 1;
            x = slice(x, Shapes.axis(axes[i], Shapes.rank(x)), starts[i], ends[i], step);
        }
        return x;
    }

    private static NDArray slice(NDArray x, int axis, long start, long end, long step) {
        long size = x.getShape().get(axis);
        if (step > 0) {
            return JniUtils.slice((PtNDArray) x, axis, within(start, size, 0, size), within(end, size, 0, size), step);
        }
        long from = within(start, size, -1, size - 1);
        long to = end < -size ? -1 : within(end, size, -1, size - 1);
        long count = Math.max(0, (from - to - step - 1) / -step);
        NDArray places = x.getManager()
                .create(LongStream.range(0, count).map(i -> from + i * step).toArray());
        return gathered(x, places, axis);
    }

    private static long within(long place, long size, long least, long greatest) {
        return Math.max(least, Math.min(greatest, place < 0 ? place + size : place));
    }

    private static Operation split(Node node) {
        long axis = node.integer("axis", 0);
        int outputs = node.outputs().size();
        return operands -> {
            NDArray x = operands.get(0);
            int along = Shapes.axis(axis, Shapes.rank(x));
            long[] sizes = operands.has(1)
                    ? operands.longs(1)
                    : node.integers("split")
                            .map(Shapes::array)
                            .orElseGet(() -> even(x.getShape().get(along), outputs));
            List<NDArray> parts = new ArrayList<>();
            long from = 0;
            for (long size : sizes) {
                parts.add(part(x, along, from, from + size));
                from += size;
            }
            return parts;
        };
    }

    private static long[] even(long size, int parts) {
        long each = (size + parts - 1) / parts;
        long[] sizes = new long[parts];
        for (int i = 0; i < parts; i++) {
            sizes[i] = Math.max(0, Math.min(each, size - i * each));
        }
        return sizes;
    }

    private static Operation.OfOne triangle(Node node) {
        boolean upper = node.integer("upper", 1) == 1;
        return operands -> {
            NDArray x = operands.get(0);
            long shift = operands.has(1) ? operands.longs(1)[0] : 0;
            int rank = Shapes.rank(x);
            long rows = x.getShape().get(rank - 2);
            long columns = x.getShape().get(rank - 1);
            int[] kept = new int[Math.toIntExact(rows * columns)];
            for (int i = 0; i < kept.length; i++) {
                long above = i % columns - i / columns;
                kept[i] = (upper ? above >= shift : above <= shift) ? 1 : 0;
            }
            NDArray mask = x.getManager().create(kept, new Shape(rows, columns));
            return ElementwiseOperators.choose(mask.toType(DataType.BOOLEAN, false), x, x.zerosLike());
        };
    }
}
