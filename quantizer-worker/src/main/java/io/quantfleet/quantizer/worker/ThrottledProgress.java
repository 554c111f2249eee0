package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.QuantizationRung;
import io.quantfleet.protocols.v1.QuantizationStep;
import io.quantfleet.protocols.v1.TrainingPoint;
import io.quantfleet.quantizer.QuantizerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Passes on a job's progress: every new step at once, within a step twice a second at most, and never backwards. Here a job
 * also learns that it shall end: a report from an interrupted thread throws, and one about a cancelled job.
 */
final class ThrottledProgress implements JobProgress {
    private static final int MOST_POINTS = 200;
    private static final long INTERVAL_NANOS = Duration.ofMillis(500).toNanos();

    private final String jobId;
    private final Results results;
    private final BooleanSupplier cancelled;
    private final LongSupplier nanoTime;
    private final List<QuantizationRung> rungs = new ArrayList<>();
    private final List<TrainingPoint> curve = new ArrayList<>();
    private QuantizationStep lastStep = QuantizationStep.QUANTIZATION_STEP_UNSPECIFIED;
    private double highest;
    private long lastSent;

    ThrottledProgress(String jobId, Results results, BooleanSupplier cancelled, LongSupplier nanoTime) {
        this.jobId = jobId;
        this.results = results;
        this.cancelled = cancelled;
        this.nanoTime = nanoTime;
    }

    /** @throws QuantizerException {@code CANCELLED} if the calling thread was interrupted or the job is cancelled */
    @Override
    public synchronized void report(QuantizationStep step, double fraction) {
        if (Thread.currentThread().isInterrupted()) {
            throw new QuantizerException(ReasonCode.CANCELLED, "the worker stops");
        }
        if (cancelled.getAsBoolean()) {
            throw new QuantizerException(ReasonCode.CANCELLED, "the job is cancelled");
        }
        highest = Math.max(highest, Math.min(1, fraction));
        long now = nanoTime.getAsLong();
        if (step != lastStep || now - lastSent >= INTERVAL_NANOS) {
            send(step, now);
        }
    }

    /** A new rung is told of at once, like a new step. */
    @Override
    public synchronized void climbed(QuantizationRung rung) {
        rungs.add(rung);
        send(lastStep, nanoTime.getAsLong());
    }

    /** Told of with the next report, as training brings many. */
    @Override
    public synchronized void trained(TrainingPoint point) {
        curve.removeIf(earlier -> earlier.getFraction() >= point.getFraction());
        curve.add(point);
        if (curve.size() > MOST_POINTS) {
            thin();
        }
    }

    private void thin() {
        for (int i = curve.size() - 2; i > 0; i -= 2) {
            curve.remove(i);
        }
    }

    private void send(QuantizationStep step, long now) {
        lastStep = step;
        lastSent = now;
        results.progressed(jobId, step, highest, List.copyOf(rungs), List.copyOf(curve));
    }
}
