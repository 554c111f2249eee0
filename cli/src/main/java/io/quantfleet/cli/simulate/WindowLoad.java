package io.quantfleet.cli.simulate;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.quantfleet.agent.Backoff;
import io.quantfleet.agent.enrol.Identity;
import io.quantfleet.agent.link.DeviceLink;
import io.quantfleet.agent.link.PresenceMessages;
import io.quantfleet.agent.telemetry.PredictionCounts;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.mqtt.TelemetryFormat;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * Devices that do nothing but publish telemetry windows at a steady rate, each over a connection of its own. A window
 * that the broker did not acknowledge is published again, as an agent does. Safe for use by several threads.
 */
public final class WindowLoad implements AutoCloseable {
    private static final String VERSION = "0.1.0";
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration TICK = Duration.ofMillis(10);
    private static final int AGAIN_MILLIS = 500;
    private static final int CONNECTS_PER_SECOND = 500;
    private static final int SHAPES = 64;
    private static final int INFERENCES = 60;
    private static final int CLASSES = 10;
    private static final double TYPICAL_MICROS = 12_000;
    private static final double SPREAD = 0.15;

    private final EventLoop loop = new EventLoop(2);
    private final Random random = new Random(1);
    private final List<Sender> senders = new ArrayList<>();
    private final List<TelemetryWindow> shapes;
    private final AtomicLong connected = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong underway = new AtomicLong();

    private WindowLoad(List<Identity> identities) {
        this.shapes = IntStream.range(0, SHAPES).mapToObj(i -> shape()).toList();
        identities.forEach(identity -> senders.add(new Sender(identity, random.nextLong())));
    }

    /** One device and the count of its windows. */
    private final class Sender implements DeviceLink.Listener {
        private final Identity identity;
        private final long series;
        private final NettyDeviceLink link;
        private long number;

        Sender(Identity identity, long series) {
            this.identity = identity;
            this.series = series;
            this.link = new NettyDeviceLink(
                    identity,
                    new PresenceMessages(identity.deviceId(), identity.deviceClass(), VERSION, Clock.systemUTC()),
                    new Backoff(FIRST_PAUSE, LONGEST_PAUSE, new Random(series)),
                    loop,
                    Runnable::run);
        }

        @Override
        public void connected() {
            connected.incrementAndGet();
        }

        @Override
        public void disconnected() {
            connected.decrementAndGet();
        }

        @Override
        public void sessionLost() {
            // It has no subscriptions.
        }

        @Override
        public void received(String topic, byte[] payload, Runnable acknowledge) {
            acknowledge.run();
        }

        /** The next window, which ends now. */
        TelemetryWindow next(Instant now) {
            number++;
            return shapes.get((int) ((number + series) & (SHAPES - 1))).toBuilder()
                    .setDeviceId(identity.deviceId().value())
                    .setSeries(series)
                    .setWindowNumber(number)
                    .setStart(timestamp(now.minusSeconds(1)))
                    .setEnd(timestamp(now))
                    .build();
        }

        void publish(TelemetryWindow window) {
            underway.incrementAndGet();
            var unused = link.publish(
                            MqttTopics.of(identity.deviceId(), MqttTopics.Channel.TELEMETRY),
                            window.toByteArray(),
                            false)
                    .whenComplete((done, failure) -> {
                        underway.decrementAndGet();
                        if (failure == null) {
                            acknowledged.incrementAndGet();
                        } else {
                            later(AGAIN_MILLIS, () -> publish(window));
                        }
                    });
        }
    }

    /**
     * Enrols devices; they are yet to be connected.
     *
     * @param token allows so many devices of the class to enrol
     */
    public static WindowLoad enrol(URI controlPlane, String prefix, String deviceClass, String token, int devices) {
        List<Enrolments.Applicant> applicants = IntStream.range(0, devices)
                .mapToObj(number -> new Enrolments.Applicant(
                        String.format(Locale.ROOT, "%s-%05d", prefix, number + 1), deviceClass, token, VERSION))
                .toList();
        return new WindowLoad(new Enrolments(controlPlane).enrol(applicants));
    }

    /** Connects all, not quite at once. */
    public void connect() {
        for (int i = 0; i < senders.size(); i++) {
            Sender sender = senders.get(i);
            later(i * 1000 / CONNECTS_PER_SECOND, () -> sender.link.start(sender));
        }
    }

    /** How many are connected. */
    public long connected() {
        return connected.get();
    }

    /**
     * Publishes windows for a while, device after device, and returns when the time is over.
     *
     * @param again every so many windows one is published twice
     * @param published hears the device and the number of each window just before it is published
     * @return how many windows were made
     */
    public long publish(int perSecond, Duration duration, int again, BiConsumer<String, Long> published)
            throws InterruptedException {
        long begun = System.nanoTime();
        long made = 0;
        int next = 0;
        long target = perSecond * duration.toSeconds();
        while (made < target) {
            long due = Math.min(target, perSecond * (System.nanoTime() - begun) / TimeUnit.SECONDS.toNanos(1));
            while (made < due) {
                Sender sender = senders.get(next);
                next = (next + 1) % senders.size();
                TelemetryWindow window = sender.next(Instant.now());
                published.accept(sender.identity.deviceId().value(), window.getWindowNumber());
                sender.publish(window);
                made++;
                if (made % again == 0) {
                    sender.publish(window);
                }
            }
            TimeUnit.NANOSECONDS.sleep(TICK.toNanos());
        }
        return made;
    }

    /** How many publishes the broker acknowledged, those of windows that were published twice included. */
    public long acknowledged() {
        return acknowledged.get();
    }

    /** How many publishes wait for the broker's acknowledgement. */
    public long underway() {
        return underway.get();
    }

    /** The size of a window on the wire, bytes, on average. */
    public double bytesOnTheWire() {
        Sender first = senders.get(0);
        return shapes.stream()
                .mapToInt(shape -> shape.toBuilder()
                        .setDeviceId(first.identity.deviceId().value())
                        .setSeries(first.series)
                        .setWindowNumber(1)
                        .setStart(timestamp(Instant.now()))
                        .setEnd(timestamp(Instant.now()))
                        .build()
                        .getSerializedSize())
                .average()
                .orElse(0);
    }

    /** A minute of a device that makes an inference a second. */
    private TelemetryWindow shape() {
        Histogram latency = new Histogram(TimeUnit.HOURS.toMicros(1), 2);
        PredictionCounts predictions = new PredictionCounts();
        for (int i = 0; i < INFERENCES; i++) {
            latency.recordValue(Math.round(TYPICAL_MICROS * Math.exp(SPREAD * random.nextGaussian())));
            predictions.add(random.nextInt(CLASSES), (float) Math.min(1, 0.85 + 0.12 * random.nextGaussian()));
        }
        ByteBuffer encoded = ByteBuffer.allocate(latency.getNeededByteBufferCapacity());
        int size = latency.encodeIntoCompressedByteBuffer(encoded);
        int right = (int) Math.round(0.9 * INFERENCES);
        TelemetryWindow.Builder window = TelemetryWindow.newBuilder()
                .setFormat(TelemetryFormat.CURRENT)
                .setVariant(ByteString.copyFrom(new byte[32]))
                .setDeployment(ByteString.copyFrom(new byte[16]))
                .setModelName("bench")
                .setModelVersion(1)
                .setLatencyHistogram(ByteString.copyFrom(encoded.array(), 0, size))
                .setInferences(INFERENCES)
                .setRight(right)
                .setWrong(INFERENCES - right)
                .setRssBytes(180 << 20)
                .setMemoryAvailableBytes(300 << 20)
                .setCpuTemperatureCelsius(51.5)
                .setCpuPermille(310)
                .setProcessCpuPermille(220);
        predictions.takeInterval(window);
        return window.build();
    }

    private static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }

    private void later(int millis, Runnable task) {
        var unused = loop.agents().schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() throws InterruptedException {
        senders.forEach(sender -> sender.link.close());
        loop.close();
    }
}
