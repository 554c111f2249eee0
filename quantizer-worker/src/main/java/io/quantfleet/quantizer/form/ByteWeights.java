package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.target.IntegerType;

/** A weight in bytes. */
final class ByteWeights {
    private final byte[] integers;
    private final float[] scales;
    private final int zeroPoint;

    private ByteWeights(byte[] integers, float[] scales, int zeroPoint) {
        this.integers = integers;
        this.scales = scales;
        this.zeroPoint = zeroPoint;
    }

    /** In the order of the floats; not a copy. */
    byte[] integers() {
        return integers;
    }

    /** One, or one for each channel; not a copy. */
    float[] scales() {
        return scales;
    }

    /** The byte that stands for zero. */
    int zeroPoint() {
        return zeroPoint;
    }

    /**
     * Quantizes floats.
     *
     * @param channels how many channels have a scale of their own; 1 for one scale
     * @param stride how many elements lie between one place along the channels' axis and the next
     */
    static ByteWeights of(float[] values, IntegerType type, int channels, int stride) {
        return type.signed() ? symmetric(values, channels, stride) : asymmetric(values);
    }

    private static ByteWeights symmetric(float[] values, int channels, int stride) {
        float[] scales = new float[channels];
        for (int i = 0; i < values.length; i++) {
            int channel = i / stride % channels;
            scales[channel] = Math.max(scales[channel], Math.abs(values[i]));
        }
        int greatest = IntegerType.INT8.greatest();
        for (int channel = 0; channel < channels; channel++) {
            scales[channel] = scale(scales[channel], greatest);
        }
        byte[] integers = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            double nearest = Math.rint((double) values[i] / scales[i / stride % channels]);
            integers[i] = (byte) Math.max(-greatest, Math.min(greatest, nearest));
        }
        return new ByteWeights(integers, scales, 0);
    }

    private static ByteWeights asymmetric(float[] values) {
        float low = 0;
        float high = 0;
        for (float value : values) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        int greatest = IntegerType.UINT8.greatest();
        float scale = scale((double) high - low, greatest);
        int zero = (int) Math.max(0, Math.min(greatest, Math.rint(-(double) low / scale)));
        byte[] integers = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            double nearest = Math.rint((double) values[i] / scale) + zero;
            integers[i] = (byte) (int) Math.max(0, Math.min(greatest, nearest));
        }
        return new ByteWeights(integers, new float[] {scale}, zero);
    }

    // Zeros take any scale; a scale that is not normal can't be divided by.
    private static float scale(double span, int steps) {
        return span == 0 ? 1 : (float) Math.max(Float.MIN_NORMAL, span / steps);
    }
}
