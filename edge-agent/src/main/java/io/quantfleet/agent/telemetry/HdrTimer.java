package io.quantfleet.agent.telemetry;

import io.micrometer.core.instrument.AbstractTimer;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * A timer whose intervals are HdrHistograms: microseconds up to an hour, 2 significant digits. Histograms of any number
 * of intervals and devices merge without loss. Safe for use by several threads.
 */
final class HdrTimer extends AbstractTimer {
    static final int SIGNIFICANT_DIGITS = 2;
    static final long LARGEST_MICROS = TimeUnit.HOURS.toMicros(1);

    private final Recorder recorder = new Recorder(LARGEST_MICROS, SIGNIFICANT_DIGITS);
    private final Histogram total = new Histogram(LARGEST_MICROS, SIGNIFICANT_DIGITS);

    HdrTimer(Id id, Clock clock, PauseDetector pauseDetector) {
        super(id, clock, DistributionStatisticConfig.NONE, pauseDetector, TimeUnit.MICROSECONDS, false);
    }

    /** What was recorded since the last call. */
    synchronized Histogram takeInterval() {
        Histogram interval = recorder.getIntervalHistogram();
        total.add(interval);
        return interval;
    }

    @Override
    protected void recordNonNegative(long amount, TimeUnit unit) {
        recorder.recordValue(Math.min(unit.toMicros(amount), LARGEST_MICROS));
    }

    /** Of the finished intervals. */
    @Override
    public synchronized long count() {
        return total.getTotalCount();
    }

    /** Of the finished intervals. */
    @Override
    public synchronized double totalTime(TimeUnit unit) {
        double micros = total.getTotalCount() == 0 ? 0 : total.getMean() * total.getTotalCount();
        return micros * 1e3 / unit.toNanos(1);
    }

    /** Of the finished intervals. */
    @Override
    public synchronized double max(TimeUnit unit) {
        return total.getMaxValue() * 1e3 / unit.toNanos(1);
    }
}
