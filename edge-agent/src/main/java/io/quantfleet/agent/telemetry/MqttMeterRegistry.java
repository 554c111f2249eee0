package io.quantfleet.agent.telemetry;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.cumulative.CumulativeDistributionSummary;
import io.micrometer.core.instrument.cumulative.CumulativeFunctionCounter;
import io.micrometer.core.instrument.cumulative.CumulativeFunctionTimer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.internal.DefaultGauge;
import io.micrometer.core.instrument.internal.DefaultMeter;
import io.micrometer.core.instrument.push.PushMeterRegistry;
import io.micrometer.core.instrument.push.PushRegistryConfig;
import io.quantfleet.agent.serve.ErrorKind;
import io.quantfleet.protocols.v1.ErrorCount;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A Micrometer registry that pushes {@link TelemetryWindow}s: each step, and whenever another deployment begins to
 * serve, the meters of {@link AgentMeters} become one window. Other meters may be registered, and are not pushed.
 * Closing it pushes what the current step has so far.
 */
public final class MqttMeterRegistry extends PushMeterRegistry {
    private static final int PERMILLE = 1000;
    private static final int PERCENT = 100;

    private final ReentrantLock recording = new ReentrantLock();
    private final PredictionCounts predictions = new PredictionCounts();
    private final Consumer<TelemetryWindow.Builder> sink;
    private Optional<ServingLabels> labels = Optional.empty();
    private Instant start;

    /** @param sink takes each window, as yet without device id and number; called one at a time */
    public MqttMeterRegistry(Duration step, Clock clock, Consumer<TelemetryWindow.Builder> sink) {
        super(new Config(step), clock);
        this.sink = sink;
        this.start = now();
    }

    /** From now on, what is recorded belongs to this deployment. */
    public void serving(ServingLabels next) {
        recording.lock();
        try {
            publish();
            labels = Optional.of(next);
            predictions.countClasses(!next.tokens());
            start = now();
        } finally {
            recording.unlock();
        }
    }

    /** Records several meters so that all of it comes to lie in the same window. */
    public void recordTogether(Runnable recorder) {
        recording.lock();
        try {
            recorder.run();
        } finally {
            recording.unlock();
        }
    }

    /** What was predicted; for use within {@link #recordTogether}. */
    PredictionCounts predictions() {
        return predictions;
    }

    @Override
    protected void publish() {
        recording.lock();
        try {
            Instant end = now();
            TelemetryWindow.Builder window = takeInterval();
            if (labels.isPresent() && hasNews(window)) {
                labels.get().label(window);
                sink.accept(window.setStart(timestamp(start)).setEnd(timestamp(end)));
            }
            start = end;
        } finally {
            recording.unlock();
        }
    }

    private static boolean hasNews(TelemetryWindow.Builder window) {
        return window.getInferences() + window.getFeedbackRight() + window.getFeedbackWrong() > 0
                || window.getErrorsByKindCount() > 0;
    }

    private TelemetryWindow.Builder takeInterval() {
        Histogram latency = ((HdrTimer) get(AgentMeters.INFERENCE).timer()).takeInterval();
        TelemetryWindow.Builder window = TelemetryWindow.newBuilder()
                .setInferences(latency.getTotalCount())
                .setLatencyHistogram(encode(latency))
                .setRight(takeCount(AgentMeters.RIGHT))
                .setWrong(takeCount(AgentMeters.WRONG))
                .setRequests(takeCount(AgentMeters.REQUESTS))
                .setFeedbackRight(takeCount(AgentMeters.FEEDBACK_RIGHT))
                .setFeedbackWrong(takeCount(AgentMeters.FEEDBACK_WRONG));
        predictions.takeInterval(window);
        takeErrors(window);
        readGauges(window);
        return window;
    }

    private void takeErrors(TelemetryWindow.Builder window) {
        for (ErrorKind kind : ErrorKind.values()) {
            long count = ((IntervalCounter) get(AgentMeters.ERRORS)
                            .tag(AgentMeters.KIND, kind.name())
                            .counter())
                    .takeInterval();
            if (count > 0) {
                window.addErrorsByKind(
                        ErrorCount.newBuilder().setKind(wire(kind)).setCount(count));
                window.setErrors(window.getErrors() + (kind.isFailure() ? count : 0));
            }
        }
    }

    private static io.quantfleet.protocols.v1.ErrorKind wire(ErrorKind kind) {
        return io.quantfleet.protocols.v1.ErrorKind.valueOf("ERROR_KIND_" + kind.name());
    }

    private void readGauges(TelemetryWindow.Builder window) {
        readGauge(AgentMeters.RESIDENT_MEMORY, bytes -> window.setRssBytes((long) bytes));
        readGauge(AgentMeters.AVAILABLE_MEMORY, bytes -> window.setMemoryAvailableBytes((long) bytes));
        readGauge(AgentMeters.TEMPERATURE, window::setCpuTemperatureCelsius);
        readGauge(AgentMeters.CPU, share -> window.setCpuPermille((int) Math.round(share * PERMILLE)));
        readGauge(AgentMeters.PROCESS_CPU, share -> window.setProcessCpuPermille((int) Math.round(share * PERMILLE)));
        readGauge(AgentMeters.BATTERY, share -> window.setBatteryPercent((int) Math.round(share * PERCENT)));
        readGauge(AgentMeters.BATTERY_CHARGING, yes -> window.setBatteryCharging(yes > 0));
    }

    private long takeCount(String name) {
        return ((IntervalCounter) get(name).counter()).takeInterval();
    }

    private void readGauge(String name, DoubleConsumer known) {
        double value = get(name).gauge().value();
        if (!Double.isNaN(value)) {
            known.accept(value);
        }
    }

    private static ByteString encode(Histogram histogram) {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int size = histogram.encodeIntoCompressedByteBuffer(buffer);
        return ByteString.copyFrom(buffer.array(), 0, size);
    }

    private Instant now() {
        return Instant.ofEpochMilli(clock.wallTime());
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    @Override
    protected Timer newTimer(Meter.Id id, DistributionStatisticConfig config, PauseDetector pauseDetector) {
        return new HdrTimer(id, clock, pauseDetector);
    }

    @Override
    protected Counter newCounter(Meter.Id id) {
        return new IntervalCounter(id);
    }

    @Override
    protected <T> Gauge newGauge(Meter.Id id, @Nullable T source, ToDoubleFunction<T> value) {
        return new DefaultGauge<>(id, source, value);
    }

    @Override
    protected DistributionSummary newDistributionSummary(
            Meter.Id id, DistributionStatisticConfig config, double scale) {
        return new CumulativeDistributionSummary(id, clock, config, scale, false);
    }

    @Override
    protected Meter newMeter(Meter.Id id, Meter.Type type, Iterable<Measurement> measurements) {
        return new DefaultMeter(id, type, measurements);
    }

    @Override
    protected <T> FunctionTimer newFunctionTimer(
            Meter.Id id, T source, ToLongFunction<T> count, ToDoubleFunction<T> total, TimeUnit unit) {
        return new CumulativeFunctionTimer<>(id, source, count, total, unit, getBaseTimeUnit());
    }

    @Override
    protected <T> FunctionCounter newFunctionCounter(Meter.Id id, T source, ToDoubleFunction<T> count) {
        return new CumulativeFunctionCounter<>(id, source, count);
    }

    @Override
    protected TimeUnit getBaseTimeUnit() {
        return TimeUnit.MICROSECONDS;
    }

    @Override
    protected DistributionStatisticConfig defaultHistogramConfig() {
        return DistributionStatisticConfig.NONE;
    }

    private record Config(Duration step) implements PushRegistryConfig {
        @Override
        public String prefix() {
            return "mqtt";
        }

        @Override
        public @Nullable String get(String key) {
            return null;
        }
    }
}
