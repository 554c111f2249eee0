package io.quantfleet.quantizer.technique;

import java.util.Arrays;

/**
 * The least and the greatest value of each of a tensor's channels, over all samples and places.
 *
 * @param least by channel
 * @param greatest by channel
 */
record ChannelExtremes(float[] least, float[] greatest) {

    static ChannelExtremes none(int channels) {
        float[] least = new float[channels];
        float[] greatest = new float[channels];
        Arrays.fill(least, Float.POSITIVE_INFINITY);
        Arrays.fill(greatest, Float.NEGATIVE_INFINITY);
        return new ChannelExtremes(least, greatest);
    }

    void include(float[] low, float[] high) {
        for (int i = 0; i < least.length; i++) {
            least[i] = Math.min(least[i], low[i]);
            greatest[i] = Math.max(greatest[i], high[i]);
        }
    }

    /** The largest magnitude of a channel. */
    float magnitude(int channel) {
        return Math.max(Math.abs(least[channel]), Math.abs(greatest[channel]));
    }
}
