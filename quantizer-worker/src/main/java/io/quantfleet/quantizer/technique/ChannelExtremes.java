package io.quantfleet.quantizer.technique;

import java.util.Arrays;

/** The least and the greatest value of each of a tensor's channels, over all samples and places seen until now. */
final class ChannelExtremes {
    private final float[] least;
    private final float[] greatest;

    ChannelExtremes(int channels) {
        least = new float[channels];
        greatest = new float[channels];
        Arrays.fill(least, Float.POSITIVE_INFINITY);
        Arrays.fill(greatest, Float.NEGATIVE_INFINITY);
    }

    /** Takes in what a batch showed. */
    void include(float[] low, float[] high) {
        for (int i = 0; i < least.length; i++) {
            least[i] = Math.min(least[i], low[i]);
            greatest[i] = Math.max(greatest[i], high[i]);
        }
    }

    int channels() {
        return least.length;
    }

    float least(int channel) {
        return least[channel];
    }

    float greatest(int channel) {
        return greatest[channel];
    }

    /** The largest magnitude of a channel. */
    float magnitude(int channel) {
        return Math.max(Math.abs(least[channel]), Math.abs(greatest[channel]));
    }
}
