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
        Pixels narrowed = image.width() == to.width()
                ? columns(image, to.left(), width, top, bottom)
                : across(image, across, width, top, bottom);
        return image.height() == to.height()
                ? rows(narrowed, to.top() - top, height)
                : down(narrowed, down, height, top);
    }

    private static Pixels across(Pixels image, Filter filter, int width, int top, int bottom) {
        int channels = image.channels();
        byte[] in = image.data();
        byte[] out = new byte[(bottom - top) * width * channels];
        int at = 0;
        for (int y = top; y < bottom; y++) {
            int row = y * image.width();
            for (int x = 0; x < width; x++) {
                int start = (row + filter.first[x]) * channels;
                for (int channel = 0; channel < channels; channel++) {
                    out[at++] = weighted(in, start + channel, channels, filter.weights[x]);
                }
            }
        }
        return new Pixels(width, bottom - top, channels, out);
    }

    private static Pixels down(Pixels image, Filter filter, int height, int top) {
        int stride = image.width() * image.channels();
        byte[] in = image.data();
        byte[] out = new byte[height * stride];
        int[] sums = new int[stride];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, HALF);
            int start = (filter.first[y] - top) * stride;
            for (int weight : filter.weights[y]) {
                for (int x = 0; x < stride; x++) {
                    sums[x] += (in[start + x] & 0xff) * weight;
                }
                start += stride;
            }
            for (int x = 0; x < stride; x++) {
                out[y * stride + x] = rounded(sums[x]);
            }
        }
        return new Pixels(image.width(), height, image.channels(), out);
    }

    private static byte weighted(byte[] in, int start, int stride, int[] weights) {
        int sum = HALF;
        int at = start;
        for (int weight : weights) {
            sum += (in[at] & 0xff) * weight;
            at += stride;
        }
        return rounded(sum);
    }

    private static byte rounded(int sum) {
        return (byte) Math.min(255, sum >> PRECISION_BITS);
    }

    private static Pixels columns(Pixels image, int left, int width, int top, int bottom) {
        int channels = image.channels();
        byte[] out = new byte[(bottom - top) * width * channels];
        for (int y = top; y < bottom; y++) {
            int from = (y * image.width() + left) * channels;
            System.arraycopy(image.data(), from, out, (y - top) * width * channels, width * channels);
        }
        return new Pixels(width, bottom - top, channels, out);
    }

    private static Pixels rows(Pixels image, int top, int height) {
        int stride = image.width() * image.channels();
        byte[] out = new byte[height * stride];
        System.arraycopy(image.data(), top * stride, out, 0, out.length);
        return new Pixels(image.width(), height, image.channels(), out);
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
