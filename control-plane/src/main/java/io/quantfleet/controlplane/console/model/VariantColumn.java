package io.quantfleet.controlplane.console.model;

import io.quantfleet.controlplane.console.frame.Units;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A variant, or the job that is to make it: one column of the comparison. What a report does not say is empty. Fractions
 * are 0 to 1, latencies milliseconds.
 *
 * @param id of the job
 * @param state QUEUED, RUNNING, FAILED, CANCELLED; of a finished job the verdict, READY or REJECTED
 * @param trains whether only workers that can train take the job
 * @param perplexity of a language model, as the other figures of its kind; the increase is per cent, the divergence nats
 * @param devices that run this variant
 * @param rungs what a running job's search has climbed, as JSON
 * @param training how its training went until now, as JSON
 */
public record VariantColumn(
        UUID id,
        String deviceClass,
        String state,
        Optional<String> step,
        double progress,
        boolean trains,
        Optional<String> worker,
        Optional<String> failureCode,
        Optional<String> failure,
        Optional<Instant> startedAt,
        List<String> reasons,
        Optional<String> sha256,
        Optional<Long> bytes,
        Optional<String> reportPageSha256,
        Optional<String> method,
        Optional<Double> accuracyFp32,
        Optional<Double> accuracy,
        Optional<Double> agreement,
        Optional<Long> samples,
        Optional<Double> perplexityFp32,
        Optional<Double> perplexity,
        Optional<Double> perplexityIncrease,
        Optional<Double> divergence,
        Optional<Double> sqnrDb,
        Optional<Double> fp32P50,
        Optional<Double> fp32P95,
        Optional<Double> p50,
        Optional<Double> p95,
        Optional<Double> calibrateSeconds,
        Optional<Double> quantizeSeconds,
        Optional<Double> evaluateSeconds,
        Optional<Double> peakRssMiB,
        long devices,
        String rungs,
        String training) {
    public VariantColumn {
        reasons = List.copyOf(reasons);
    }

    /** What the search of a running job has climbed until now. */
    public List<RungRow> climbed() {
        return RungRow.list(rungs);
    }

    /** How the training of a running job went until now; empty where there is none. */
    public Optional<TrainingCurve> curve() {
        return TrainingCurve.of(training);
    }

    /** There is a variant, whatever its verdict. */
    public boolean made() {
        return sha256.isPresent();
    }

    /** There is something to say about why it failed or was rejected. */
    public boolean explained() {
        return failure.isPresent() || !reasons.isEmpty();
    }

    /** Accuracy gained over FP32, as a fraction; nearly always negative. */
    public Optional<Double> gain() {
        return accuracyFp32.flatMap(fp32 -> accuracy.map(own -> own - fp32));
    }

    /** Seconds of the three steps that take time, as "1.2 s + 0.3 s + 14 s"; those that the report has. */
    public String timings() {
        return Stream.of(calibrateSeconds, quantizeSeconds, evaluateSeconds)
                .flatMap(Optional::stream)
                .map(Units::seconds)
                .collect(Collectors.joining(" + "));
    }

    /** Whether it loses no more than these points. */
    public boolean withinBudget(double maxLossPoints) {
        return gain().filter(gain -> -gain * 100 <= maxLossPoints).isPresent();
    }
}
