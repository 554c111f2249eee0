package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.quantfleet.quantizer.onnx.Node;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How a window of a convolution or pooling moves over the spatial axes. PyTorch pads both ends alike; what differs is padded
 * before.
 */
final class Window {
    private final Optional<List<Long>> strides;
    private final Optional<List<Long>> dilations;
    private final Optional<List<Long>> pads;
    private final String autoPad;

    private Window(Node node) {
        strides = node.integers("strides");
        dilations = node.integers("dilations");
        pads = node.integers("pads");
        autoPad = node.text("auto_pad", "NOTSET");
    }

    static Window of(Node node) {
        return new Window(node);
    }

    /** Whether anything is padded at all. */
    boolean padsNothing() {
        return !autoPad.startsWith("SAME")
                && pads.stream().flatMap(List::stream).allMatch(each -> each == 0);
    }

    /** Whether there are holes in the window. */
    boolean dilated() {
        return dilations.stream().flatMap(List::stream).anyMatch(each -> each != 1);
    }

    /**
     * A window over an input.
     *
     * @param input the input, padded where that is needed
     * @param pads what PyTorch shall add at both ends
     */
    record Placed(NDArray input, Shape strides, Shape pads, Shape dilations) {}

    /** Places a window of that size; whatever is padded beforehand is zero. */
    Placed over(NDArray input, Shape kernel) {
        return over(input, kernel, 0);
    }

    /** The same with another value for what is padded beforehand. */
    Placed over(NDArray input, Shape kernel, double filling) {
        int axes = kernel.dimension();
        long[] strided = each(strides, axes);
        long[] dilated = each(dilations, axes);
        long[] both = ends(input, kernel, strided, dilated);
        long[] begin = Arrays.copyOf(both, axes);
        long[] end = Arrays.copyOfRange(both, axes, 2 * axes);
        if (Arrays.equals(begin, end)) {
            return new Placed(input, new Shape(strided), new Shape(begin), new Shape(dilated));
        }
        return new Placed(
                padded(input, begin, end, filling), new Shape(strided), new Shape(new long[axes]), new Shape(dilated));
    }

    /** Adds to both ends of the last axes. */
    static NDArray padded(NDArray input, long[] begin, long[] end, double filling) {
        long[] lastFirst = new long[2 * begin.length];
        for (int i = 0; i < begin.length; i++) {
            lastFirst[2 * i] = begin[begin.length - 1 - i];
            lastFirst[2 * i + 1] = end[begin.length - 1 - i];
        }
        return JniUtils.pad((PtNDArray) input, lastFirst, filling);
    }

    private long[] ends(NDArray input, Shape kernel, long[] strided, long[] dilated) {
        int axes = kernel.dimension();
        if (!autoPad.startsWith("SAME")) {
            return autoPad.equals("VALID")
                    ? new long[2 * axes]
                    : pads.map(Shapes::array).orElse(new long[2 * axes]);
        }
        long[] both = new long[2 * axes];
        for (int i = 0; i < axes; i++) {
            long size = input.getShape().get(i + 2);
            long places = (size + strided[i] - 1) / strided[i];
            long reach = (kernel.get(i) - 1) * dilated[i] + 1;
            long missing = Math.max(0, (places - 1) * strided[i] + reach - size);
            both[i] = autoPad.equals("SAME_UPPER") ? missing / 2 : (missing + 1) / 2;
            both[axes + i] = missing - both[i];
        }
        return both;
    }

    private static long[] each(Optional<List<Long>> given, int axes) {
        long[] ones = new long[axes];
        Arrays.fill(ones, 1);
        return given.map(Shapes::array).orElse(ones);
    }
}
