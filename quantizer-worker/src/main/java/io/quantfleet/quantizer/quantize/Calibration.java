package io.quantfleet.quantizer.quantize;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.calibration.CalibrationRequest;
import io.quantfleet.quantizer.calibration.CalibrationRequest.ChannelAxis;
import io.quantfleet.quantizer.calibration.CalibrationStatistics;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.calibration.ChannelMeans;
import io.quantfleet.quantizer.calibration.StatisticsCache;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.prepare.PreparedModel;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What calibration samples show of one prepared model, collected when it is asked for and kept, so that any number of
 * recipes can be tried after one pass. Safe for use by several threads; one pass runs at a time.
 */
public final class Calibration {
    private final Calibrator calibrator;
    private final PreparedModel prepared;
    private final SampleSource samples;
    private final ProgressListener listener;
    private final Optional<StatisticsCache> kept;
    private final Map<String, ChannelMeans> means = new HashMap<>();
    private final WeightCache weights = new WeightCache();
    private CalibrationStatistics ranges = CalibrationStatistics.empty();
    private CalibrationStatistics histograms = CalibrationStatistics.empty();
    private boolean always;
    private long nanos;

    /** @param listener hears how far each pass of the samples is */
    public Calibration(Calibrator calibrator, PreparedModel prepared, SampleSource samples, ProgressListener listener) {
        this(calibrator, prepared, samples, listener, Optional.empty());
    }

    /**
     * Prepares a calibration that may have been done before.
     *
     * @param listener hears how far each pass of the samples is
     * @param kept where statistics of these samples are kept between runs
     */
    public Calibration(
            Calibrator calibrator,
            PreparedModel prepared,
            SampleSource samples,
            ProgressListener listener,
            Optional<StatisticsCache> kept) {
        this.kept = kept;
        this.calibrator = calibrator;
        this.prepared = prepared;
        this.samples = samples;
        this.listener = listener;
    }

    /** The same, collecting histograms from the first pass on, because recipes to come will need them. */
    public Calibration withHistograms() {
        always = true;
        return this;
    }

    /** The model that is calibrated. */
    public PreparedModel prepared() {
        return prepared;
    }

    /** Learns the ranges of these tensors in one pass, so that many recipes need none. */
    public void learn(Set<String> tensors, boolean withHistograms) {
        statistics(tensors, withHistograms);
    }

    WeightCache weights() {
        return weights;
    }

    synchronized CalibrationStatistics statistics(Set<String> tensors, boolean withHistograms) {
        boolean whole = withHistograms || always;
        CalibrationStatistics known = whole ? histograms : ranges.with(histograms);
        Set<String> missing = new LinkedHashSet<>(tensors);
        missing.removeAll(known.tensors());
        if (missing.isEmpty()) {
            return known;
        }
        CalibrationRequest request =
                whole ? CalibrationRequest.histograms(missing) : CalibrationRequest.ranges(missing);
        CalibrationStatistics seen = collect(request);
        if (whole) {
            histograms = histograms.with(seen);
            return histograms;
        }
        ranges = ranges.with(seen);
        return ranges.with(histograms);
    }

    synchronized Map<String, ChannelMeans> means(Map<String, ChannelAxis> channels) {
        Map<String, ChannelAxis> missing = new LinkedHashMap<>(channels);
        missing.keySet().removeAll(means.keySet());
        if (!missing.isEmpty()) {
            CalibrationStatistics seen = collect(CalibrationRequest.means(missing));
            missing.keySet()
                    .forEach(tensor ->
                            means.put(tensor, seen.of(tensor).channelMeans().orElseThrow()));
        }
        return Map.copyOf(means);
    }

    private CalibrationStatistics collect(CalibrationRequest request) {
        long start = System.nanoTime();
        CalibrationStatistics seen = kept.map(
                        cache -> cache.collect(calibrator, prepared.model(), request, samples, listener))
                .orElseGet(() -> calibrator.collect(prepared.model(), request, samples, listener));
        nanos += System.nanoTime() - start;
        return seen;
    }

    /** How long it took until now. */
    public Duration spent() {
        return Duration.ofNanos(nanos);
    }
}
