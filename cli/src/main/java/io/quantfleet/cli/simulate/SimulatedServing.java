package io.quantfleet.cli.simulate;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.quantfleet.agent.apply.ActiveModel;
import io.quantfleet.agent.link.DeviceLink;
import io.quantfleet.agent.serve.Model;
import io.quantfleet.agent.telemetry.PredictionCounts;
import io.quantfleet.agent.telemetry.ServingLabels;
import io.quantfleet.agent.telemetry.WindowStore;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What a simulated device serves, and the telemetry of it: at intervals the inferences of the interval are made all at
 * once, and become a window. Windows wait in the agent's own store until the broker has them. For the device's thread.
 */
final class SimulatedServing implements ActiveModel {
    // As the agent records: microseconds up to an hour, 2 significant digits.
    private static final long LARGEST_MICROS = TimeUnit.HOURS.toMicros(1);
    private static final int SIGNIFICANT_DIGITS = 2;
    private static final double NANOS_PER_MICRO = 1000;

    private final DeviceId deviceId;
    private final WindowStore windows;
    private final DeviceLink link;
    private final Clock clock;
    private final int inferencesPerWindow;
    private final Executor thread;
    private Optional<Served> served = Optional.empty();
    private long onItsWay;
    private int next;

    private record Served(Model model, Manifest manifest, Instant since) {}

    SimulatedServing(
            DeviceId deviceId,
            WindowStore windows,
            DeviceLink link,
            Clock clock,
            int inferencesPerWindow,
            Executor thread) {
        this.deviceId = deviceId;
        this.windows = windows;
        this.link = link;
        this.clock = clock;
        this.inferencesPerWindow = inferencesPerWindow;
        this.thread = thread;
    }

    @Override
    public Optional<Manifest> manifest() {
        return served.map(Served::manifest);
    }

    @Override
    public void serve(Model model, Manifest manifest) {
        served.ifPresent(before -> before.model().close());
        served = Optional.of(new Served(model, manifest, clock.instant()));
        next = 0;
    }

    /** The interval is over. */
    void cut() {
        served.ifPresent(current -> {
            try {
                windows.add(window(current));
                served = Optional.of(new Served(current.model(), current.manifest(), clock.instant()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        publishNext();
    }

    /** The broker has lost what it may not have handed on. */
    void sessionLost() {
        try {
            windows.takeBack();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The connection is a new one: what was on its way is not. */
    void connected() {
        onItsWay = 0;
        publishNext();
    }

    private void publishNext() {
        if (onItsWay != 0) {
            return;
        }
        windows.firstAfter(0).ifPresent(number -> {
            try {
                windows.read(number).ifPresent(window -> {
                    onItsWay = number;
                    var unused = link.publish(MqttTopics.of(deviceId, MqttTopics.Channel.TELEMETRY), window, false)
                            .whenCompleteAsync((nothing, failure) -> settled(number, failure == null), thread);
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void settled(long number, boolean delivered) {
        if (delivered) {
            try {
                windows.delivered(number);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        if (onItsWay == number) {
            onItsWay = 0;
        }
        if (delivered) {
            publishNext();
        }
    }

    private TelemetryWindow.Builder window(Served current) {
        Histogram latency = new Histogram(LARGEST_MICROS, SIGNIFICANT_DIGITS);
        boolean tokens = current.model().choosesTokens();
        PredictionCounts predictions = new PredictionCounts();
        predictions.countClasses(!tokens);
        int right = 0;
        for (int i = 0; i < inferencesPerWindow; i++) {
            int asked = next;
            next = (next + 1) % current.model().answers();
            Model.Answer answer = current.model().classify(asked);
            predictions.add(answer.label(), answer.confidence());
            latency.recordValue(Math.min(LARGEST_MICROS, Math.round(answer.nanos() / NANOS_PER_MICRO)));
            right += answer.label() == current.model().label(asked) ? 1 : 0;
        }
        TelemetryWindow.Builder window = TelemetryWindow.newBuilder()
                .setDeviceId(deviceId.value())
                .setStart(timestamp(current.since()))
                .setEnd(timestamp(clock.instant()))
                .setInferences(inferencesPerWindow)
                .setRight(right)
                .setWrong(inferencesPerWindow - right)
                .setLatencyHistogram(encode(latency));
        ServingLabels.of(current.manifest(), tokens).label(window);
        predictions.takeInterval(window);
        return window;
    }

    private static ByteString encode(Histogram histogram) {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int size = histogram.encodeIntoCompressedByteBuffer(buffer);
        return ByteString.copyFrom(buffer.array(), 0, size);
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}
