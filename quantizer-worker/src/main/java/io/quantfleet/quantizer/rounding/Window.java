package io.quantfleet.quantizer.rounding;

import io.quantfleet.quantizer.onnx.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Which elements of its input a convolution's output is made of; any number of spatial dimensions. Immutable. */
final class Window {
    private final int[] kernel;
    private final int[] strides;
    private final int[] dilations;
    /** Zeros before the input. */
    private final int[] pads;

    private final int[] input;
    private final int[] output;

    private Window(int[] kernel, int[] strides, int[] dilations, int[] pads, int[] input, int[] output) {
        this.kernel = kernel;
        this.strides = strides;
        this.dilations = dilations;
        this.pads = pads;
        this.input = input;
        this.output = output;
    }

    /**
     * The window of a Conv.
     *
     * @param kernel extent of the kernel, as the weight has it
     * @param input shape of its input, batch and channels included
     * @param output shape of its output
     */
    static Window of(Node conv, int[] kernel, List<Long> input, List<Long> output) {
        int rank = kernel.length;
        int[] strides = attribute(conv, "strides", rank, 1);
        int[] dilations = attribute(conv, "dilations", rank, 1);
        int[] in = spatial(input);
        int[] out = spatial(output);
        int[] pads = attribute(conv, "pads", rank, 0);
        String auto = conv.text("auto_pad", "NOTSET");
        if (auto.startsWith("SAME")) {
            for (int d = 0; d < rank; d++) {
                int all = Math.max(0, (out[d] - 1) * strides[d] + (kernel[d] - 1) * dilations[d] + 1 - in[d]);
                pads[d] = auto.equals("SAME_LOWER") ? all - all / 2 : all / 2;
            }
        }
        return new Window(kernel, strides, dilations, pads, in, out);
    }

    private static int[] attribute(Node conv, String key, int rank, long otherwise) {
        List<Long> values = conv.integers(key).orElseGet(() -> new ArrayList<>(Collections.nCopies(rank, otherwise)));
        return values.stream().limit(rank).mapToInt(Math::toIntExact).toArray();
    }

    private static int[] spatial(List<Long> shape) {
        return shape.stream().skip(2).mapToInt(Math::toIntExact).toArray();
    }

    /** How many places the output has, in one channel. */
    int places() {
        return product(output);
    }

    /** How many elements the input has, in one channel. */
    int area() {
        return product(input);
    }

    /** How many elements of a channel an output is made of. */
    int elements() {
        return product(kernel);
    }

    /** By element of the kernel, where in a channel of the input it lies for an output; negative where that is padding. */
    int[] offsets(int place) {
        int[] at = unravel(place, output);
        int[] offsets = new int[elements()];
        for (int element = 0; element < offsets.length; element++) {
            int[] within = unravel(element, kernel);
            int offset = 0;
            for (int d = 0; d < kernel.length && offset >= 0; d++) {
                int position = at[d] * strides[d] - pads[d] + within[d] * dilations[d];
                offset = position < 0 || position >= input[d] ? -1 : offset * input[d] + position;
            }
            offsets[element] = offset;
        }
        return offsets;
    }

    private static int[] unravel(int index, int[] extents) {
        int[] at = new int[extents.length];
        int rest = index;
        for (int d = extents.length - 1; d >= 0; d--) {
            at[d] = rest % extents[d];
            rest /= extents[d];
        }
        return at;
    }

    private static int product(int[] extents) {
        int product = 1;
        for (int extent : extents) {
            product *= extent;
        }
        return product;
    }
}
