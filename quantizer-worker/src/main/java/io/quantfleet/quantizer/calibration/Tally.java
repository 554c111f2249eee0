package io.quantfleet.quantizer.calibration;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.calibration.Sighting.Extremes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Adds up what the runs of a pass showed, in the samples' order, so that averages come out the same whichever thread was
 * faster. For use by one thread.
 */
final class Tally {
    /** How much of a moving average a new batch makes up. */
    private static final double NEW_SHARE = 0.01;

    private final Map<String, Seen> tensors = new LinkedHashMap<>();
    private final Map<String, double[]> sums = new LinkedHashMap<>();
    private long samples;

    /** One tensor's extremes and their moving averages. */
    private static final class Seen {
        private Range range;
        private double lowAverage;
        private double highAverage;

        Seen(Extremes first) {
            range = new Range(first.least(), first.greatest());
            lowAverage = first.least();
            highAverage = first.greatest();
        }

        void add(Extremes next) {
            range = range.union(new Range(next.least(), next.greatest()));
            lowAverage += NEW_SHARE * (next.least() - lowAverage);
            highAverage += NEW_SHARE * (next.greatest() - highAverage);
        }

        TensorStatistics statistics(Optional<LogHistogram> histogram, Optional<ChannelMeans> means) {
            return new TensorStatistics(
                    range,
                    histogram.map(counts -> new Range((float) lowAverage, (float) highAverage)),
                    histogram.map(counts -> counts.snapshot(range)),
                    means);
        }
    }

    /**
     * Adds a run.
     *
     * @throws QuantizerException if a tensor took a value that is not finite
     */
    void add(Sighting sighting) {
        sighting.extremes().forEach((tensor, extremes) -> {
            if (!extremes.finite()) {
                throw new QuantizerException(
                        ReasonCode.ACTIVATION_NOT_FINITE,
                        "tensor " + tensor + " took a value that is not finite on a calibration sample;"
                                + " the model can't be quantized before that is mended");
            }
            Seen before = tensors.get(tensor);
            if (before == null) {
                tensors.put(tensor, new Seen(extremes));
            } else {
                before.add(extremes);
            }
        });
        sighting.means().forEach((tensor, means) -> {
            double[] sum = sums.computeIfAbsent(tensor, missing -> new double[means.length]);
            for (int channel = 0; channel < sum.length; channel++) {
                sum[channel] += (double) means[channel] * sighting.samples();
            }
        });
        samples += sighting.samples();
    }

    CalibrationStatistics statistics(Map<String, LogHistogram> histograms) {
        Map<String, TensorStatistics> all = new LinkedHashMap<>();
        tensors.forEach((tensor, seen) ->
                all.put(tensor, seen.statistics(Optional.ofNullable(histograms.get(tensor)), means(tensor))));
        return new CalibrationStatistics(all);
    }

    private Optional<ChannelMeans> means(String tensor) {
        return Optional.ofNullable(sums.get(tensor)).map(sum -> {
            double[] means = sum.clone();
            for (int channel = 0; channel < means.length; channel++) {
                means[channel] /= samples;
            }
            return new ChannelMeans(means);
        });
    }
}
