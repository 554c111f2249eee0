package io.quantfleet.quantizer.dataset;

import java.util.Arrays;

/**
 * Bilinear resizing with antialiasing, to the bit as Pillow does it for images of 8 bits a channel: two passes of a
 * triangle filter that widens with the reduction, with coefficients in fixed point and rounding after each pass. Only
 * the part that is kept is computed. Stateless.
 */
final class PillowResampler {
    private static final int PRECISION_BITS = 32 - 8 - 2;
    private static final int HALF = 1 << (PRECISION_BITS - 1);

    private PillowResampler() {}

    /**
     * Resizes an image and cuts a window out of the result.
     *
     * @param image what to resize
     * @param to the size to resize to, and the window's corner in it
     * @param width of the window
     * @param height of the window
     */
    static Pixels resize(Pixels image, ImageResize.Placement to, int width, int height) {
        Filter across = new Filter(image.width(), to.width(), to.left(), width);
        Filter down = new Filter(image.height(), to.height(), to.top(), height);
        int top = down.first[0];
        int bottom = down.first[height - 1] + down.weights[height - 1].length;
        int[][] narrowed = new int[bottom - top][width * image.channels()];
        for (int y = top; y < bottom; y++) {
            if (image.width() == to.width()) {
                columns(image, y, to.left(), narrowed[y - top]);
            } else {
                across(image, y, across, narrowed[y - top]);
            }
        }
        byte[] out = new byte[height * width * image.channels()];
        if (image.height() == to.height()) {
            rows(narrowed, to.top() - top, out);
        } else {
            down(narrowed, down, top, out);
        }
        return new Pixels(width, height, image.channels(), out);
    }

    private static void across(Pixels image, int y, Filter filter, int[] out) {
        int channels = image.channels();
        byte[] in = image.data();
        int row = y * image.width();
        int at = 0;
        for (int x = 0; x < filter.first.length; x++) {
            int start = (row + filter.first[x]) * channels;
            for (int channel = 0; channel < channels; channel++) {
                out[at++] = weighted(in, start + channel, channels, filter.weights[x]);
            }
        }
    }

    private static int weighted(byte[] in, int start, int stride, int[] weights) {
        int sum = HALF;
        int at = start;
        for (int weight : weights) {
            sum += (in[at] & 0xff) * weight;
            at += stride;
        }
        return rounded(sum);
    }

    private static void columns(Pixels image, int y, int left, int[] out) {
        int from = (y * image.width() + left) * image.channels();
        for (int i = 0; i < out.length; i++) {
            out[i] = image.data()[from + i] & 0xff;
        }
    }

    private static void down(int[][] in, Filter filter, int top, byte[] out) {
        int[] sums = new int[in[0].length];
        for (int y = 0; y < filter.first.length; y++) {
            Arrays.fill(sums, HALF);
            int row = filter.first[y] - top;
            for (int weight : filter.weights[y]) {
                add(in[row], weight, sums);
                row++;
            }
            for (int x = 0; x < sums.length; x++) {
                out[y * sums.length + x] = (byte) rounded(sums[x]);
            }
        }
    }

    // Rows of ints from their beginnings on: so the compiler makes vector instructions of it.
    private static void add(int[] row, int weight, int[] sums) {
        for (int x = 0; x < sums.length; x++) {
            sums[x] += row[x] * weight;
        }
    }

    private static int rounded(int sum) {
        return Math.min(255, sum >> PRECISION_BITS);
    }

    private static void rows(int[][] in, int top, byte[] out) {
        int stride = in[0].length;
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) in[top + i / stride][i % stride];
        }
    }

    /** For each output position, where its input begins and the weights from there on. */
    private static final class Filter {
        final int[] first;
        final int[][] weights;

        Filter(int inSize, int outSize, int firstOut, int outs) {
            this.first = new int[outs];
            this.weights = new int[outs][];
            double scale = (double) inSize / outSize;
            double widening = Math.max(scale, 1.0);
            for (int i = 0; i < outs; i++) {
                double centre = (firstOut + i + 0.5) * scale;
                int from = Math.max(0, (int) (centre - widening + 0.5));
                int to = Math.min(inSize, (int) (centre + widening + 0.5));
                first[i] = from;
                weights[i] = weights(from, to - from, centre, widening);
            }
        }

        private static int[] weights(int from, int count, double centre, double widening) {
            double[] exact = new double[count];
            double sum = 0;
            double narrowing = 1.0 / widening;
            for (int i = 0; i < count; i++) {
                exact[i] = Math.max(0.0, 1.0 - Math.abs((i + from - centre + 0.5) * narrowing));
                sum += exact[i];
            }
            int[] fixed = new int[count];
            for (int i = 0; i < count; i++) {
                fixed[i] = (int) (0.5 + exact[i] / sum * (1 << PRECISION_BITS));
            }
            return fixed;
        }
    }
}
