package io.quantfleet.quantizer.evaluate;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Measures several models in turns, so that whatever else the machine does slows all of them alike. Each turn is a few
 * runs of one model, of which the first is thrown away: it finds the caches full of the model before.
 */
public final class LatencyMeter {
    private static final int TURN = 6;
    private static final int SAMPLES = 16;

    private final LabelledSamples samples;
    private final LatencyPlan plan;
    private final LongSupplier nanoTime;
    private final ProgressListener progress;

    /** @param nanoTime the clock, in nanoseconds */
    public LatencyMeter(LabelledSamples samples, LatencyPlan plan, LongSupplier nanoTime, ProgressListener progress) {
        this.samples = samples;
        this.plan = plan;
        this.nanoTime = nanoTime;
        this.progress = progress;
    }

    /** Measures sessions that have one thread each; the result has their order. */
    public List<Latency> measure(List<OnnxSession> sessions) {
        List<Batch> batches =
                sessions.stream().map(session -> session.newBatch(1)).toList();
        for (Batch batch : batches) {
            batch.fill(samples, 0, 1);
            for (int i = 0; i < plan.warmUp(); i++) {
                batch.run(1);
            }
        }
        long[][] times = new long[batches.size()][plan.runs()];
        long start = nanoTime.getAsLong();
        int runs = 0;
        for (int turn = 0; runs < plan.runs() && !enough(runs, start); turn++) {
            int counted = Math.min(TURN, plan.runs() - runs);
            for (int model = 0; model < batches.size(); model++) {
                turn(batches.get(model), turn, counted, times[model], runs);
            }
            runs += counted;
            progress.progressed((double) runs / plan.runs());
        }
        int measured = runs;
        return Arrays.stream(times)
                .map(all -> Latency.ofNanos(Arrays.copyOf(all, measured)))
                .toList();
    }

    private boolean enough(int runs, long start) {
        return runs >= plan.fewest()
                && nanoTime.getAsLong() - start >= plan.limit().toNanos();
    }

    private void turn(Batch batch, int turn, int counted, long[] times, int from) {
        batch.fill(samples, turn % Math.min(SAMPLES, samples.size()), 1);
        batch.run(1);
        for (int i = 0; i < counted; i++) {
            long before = nanoTime.getAsLong();
            batch.run(1);
            times[from + i] = nanoTime.getAsLong() - before;
        }
    }
}
