package io.quantfleet.quantizer.calibration;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.runtime.OnnxSession;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One pass of all samples through a model with instruments. As many runs are under way as there are lanes, each on a
 * thread of its own; their results are taken in the samples' order. For use by one thread.
 */
final class CalibrationPass implements AutoCloseable {
    private final SampleSource samples;
    private final List<Lane> lanes = new ArrayList<>();
    private final Map<String, LogHistogram> histograms = new LinkedHashMap<>();
    private final ExecutorService pool;

    private record UnderWay(Lane lane, int end, Future<Sighting> sighting) {}

    CalibrationPass(OnnxSession session, Instruments instruments, SampleSource samples, int lanes, int batchSize) {
        this.samples = samples;
        instruments.whole().keySet().forEach(tensor -> histograms.put(tensor, new LogHistogram()));
        for (int i = 0; i < lanes; i++) {
            this.lanes.add(new Lane(session, instruments, histograms, batchSize));
        }
        this.pool = Executors.newFixedThreadPool(lanes, task -> {
            Thread thread = new Thread(task, "calibration");
            thread.setDaemon(true);
            return thread;
        });
    }

    CalibrationStatistics run(ProgressListener listener) {
        Tally tally = new Tally();
        Deque<Lane> idle = new ArrayDeque<>(lanes);
        Deque<UnderWay> underWay = new ArrayDeque<>();
        int next = 0;
        while (next < samples.size() || !underWay.isEmpty()) {
            while (next < samples.size() && !idle.isEmpty()) {
                UnderWay started = start(idle.remove(), next);
                underWay.add(started);
                next = started.end();
            }
            UnderWay first = underWay.remove();
            tally.add(await(first.sighting()));
            idle.add(first.lane());
            listener.progressed((double) first.end() / samples.size());
        }
        return tally.statistics(histograms);
    }

    private UnderWay start(Lane lane, int first) {
        int count = Math.min(lane.capacity(), samples.size() - first);
        return new UnderWay(lane, first + count, pool.submit(() -> lane.run(samples, first, count)));
    }

    private static Sighting await(Future<Sighting> sighting) {
        try {
            return sighting.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof QuantizerException known) {
                throw known;
            }
            throw new IllegalStateException("calibration failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QuantizerException(ReasonCode.CANCELLED, "interrupted during calibration", e);
        }
    }

    /** Waits for the runs that are under way: they read the session's memory. */
    @Override
    public void close() {
        pool.shutdownNow();
        boolean interrupted = false;
        while (true) {
            try {
                if (pool.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
