package io.quantfleet.sample;

import java.awt.image.BufferedImage;
import java.util.random.RandomGenerator;

/**
 * An RGB picture as plain numbers (0 to 255), for what a camera does to it: blur and noise. Plain arithmetic and not
 * Java2D's filters, which may run in native code and round differently elsewhere.
 */
final class Picture {
    private static final int CHANNELS = 3;

    private final int side;
    private final float[] values;

    private Picture(int side, float[] values) {
        this.side = side;
        this.values = values;
    }

    static Picture of(BufferedImage image) {
        int side = image.getWidth();
        float[] values = new float[side * side * CHANNELS];
        int[] pixels = image.getRGB(0, 0, side, side, null, 0, side);
        for (int i = 0; i < pixels.length; i++) {
            values[i * CHANNELS] = (pixels[i] >> 16) & 0xff;
            values[i * CHANNELS + 1] = (pixels[i] >> 8) & 0xff;
            values[i * CHANNELS + 2] = pixels[i] & 0xff;
        }
        return new Picture(side, values);
    }

    /** Gaussian blur, {@code sigma} in pixels; edges repeat the last pixel. */
    Picture blurred(double sigma) {
        if (sigma < 0.2) {
            return this;
        }
        int radius = (int) Math.ceil(2.5 * sigma);
        float[] kernel = new float[2 * radius + 1];
        float sum = 0;
        for (int i = -radius; i <= radius; i++) {
            kernel[i + radius] = (float) StrictMath.exp(-i * i / (2 * sigma * sigma));
            sum += kernel[i + radius];
        }
        for (int i = 0; i < kernel.length; i++) {
            kernel[i] /= sum;
        }
        return convolved(kernel, true).convolved(kernel, false);
    }

    private Picture convolved(float[] kernel, boolean horizontally) {
        int radius = kernel.length / 2;
        float[] result = new float[values.length];
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                for (int k = -radius; k <= radius; k++) {
                    int sx = horizontally ? clamp(x + k) : x;
                    int sy = horizontally ? y : clamp(y + k);
                    for (int c = 0; c < CHANNELS; c++) {
                        result[(y * side + x) * CHANNELS + c] += kernel[k + radius] * values[(sy * side + sx) * CHANNELS + c];
                    }
                }
            }
        }
        return new Picture(side, result);
    }

    private int clamp(int i) {
        return Math.max(0, Math.min(side - 1, i));
    }

    /** Adds Gaussian noise, most of it grey as a sensor in the dark makes it, and a gain. */
    Picture noisy(RandomGenerator random, double sigma, double gain) {
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i += CHANNELS) {
            double grey = random.nextGaussian() * sigma;
            for (int c = 0; c < CHANNELS; c++) {
                result[i + c] = (float) (values[i + c] * gain + grey + random.nextGaussian() * sigma * 0.4);
            }
        }
        return new Picture(side, result);
    }

    BufferedImage toImage() {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < side * side; i++) {
            int rgb = level(values[i * CHANNELS]) << 16
                    | level(values[i * CHANNELS + 1]) << 8
                    | level(values[i * CHANNELS + 2]);
            image.setRGB(i % side, i / side, rgb);
        }
        return image;
    }

    private static int level(float value) {
        return Math.max(0, Math.min(255, Math.round(value)));
    }
}
