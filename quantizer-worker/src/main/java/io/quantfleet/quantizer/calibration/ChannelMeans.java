package io.quantfleet.quantizer.calibration;

/** The mean of each of a tensor's channels over all samples and places. Immutable. */
public final class ChannelMeans {
    private final double[] means;

    public ChannelMeans(double... means) {
        this.means = means.clone();
    }

    /** How many channels there are. */
    public int channels() {
        return means.length;
    }

    /** The mean of a channel. */
    public double mean(int channel) {
        return means[channel];
    }
}
