package io.quantfleet.cli.simulate;

import io.quantfleet.agent.link.DeviceLink;
import io.quantfleet.protocols.mqtt.MqttTopics;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** What a bad network does to messages on their way to the device. */
final class FaultyLink implements DeviceLink {
    private static final double BYTES_PER_SECOND = 256 << 10;
    private static final double CORRUPTED = 0.1;
    private static final double DUPLICATED = 0.3;
    private static final double OVERTAKEN = 0.3;
    private static final Duration HELD_UP = Duration.ofMillis(200);

    private final DeviceLink link;
    private final Set<Fault> faults;
    private final RandomGenerator random;
    private final ScheduledExecutorService timer;
    private long free = System.nanoTime();

    /** @param random used by one thread at a time */
    FaultyLink(DeviceLink link, Set<Fault> faults, RandomGenerator random, ScheduledExecutorService timer) {
        this.link = link;
        this.faults = Set.copyOf(faults);
        this.random = random;
        this.timer = timer;
    }

    @Override
    public void start(Listener listener) {
        link.start(new Listener() {
            @Override
            public void sessionLost() {
                listener.sessionLost();
            }

            @Override
            public void connected() {
                listener.connected();
            }

            @Override
            public void disconnected() {
                listener.disconnected();
            }

            @Override
            public void received(String topic, byte[] payload, Runnable acknowledge) {
                suffer(listener, topic, payload, acknowledge);
            }
        });
    }

    private synchronized void suffer(Listener listener, String topic, byte[] payload, Runnable acknowledge) {
        byte[] content = corrupted(topic, payload);
        long delay = faults.contains(Fault.SLOWNESS) ? transfer(content.length) : 0;
        if (faults.contains(Fault.REORDERING) && random.nextDouble() < OVERTAKEN) {
            delay += HELD_UP.toNanos();
        }
        byte[] copy = faults.contains(Fault.DUPLICATION) ? content.clone() : content;
        deliver(delay, () -> listener.received(topic, content, acknowledge));
        if (faults.contains(Fault.DUPLICATION) && random.nextDouble() < DUPLICATED) {
            deliver(
                    delay + (long) (random.nextDouble() * HELD_UP.toNanos()),
                    () -> listener.received(topic, copy, FaultyLink::acknowledgedAlready));
        }
    }

    private static void acknowledgedAlready() {
        // The broker knows nothing of the copy.
    }

    private byte[] corrupted(String topic, byte[] payload) {
        if (!faults.contains(Fault.CORRUPTION)
                || payload.length == 0
                || MqttTopics.parseChunk(topic).isEmpty()
                || random.nextDouble() >= CORRUPTED) {
            return payload;
        }
        byte[] copy = payload.clone();
        copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
        return copy;
    }

    /** Until when a message of this size is on the line, in nanoseconds from now. */
    private long transfer(int bytes) {
        long now = System.nanoTime();
        free = Math.max(free, now) + (long) (bytes / BYTES_PER_SECOND * TimeUnit.SECONDS.toNanos(1));
        return free - now;
    }

    private void deliver(long delayNanos, Runnable delivery) {
        if (delayNanos <= 0) {
            delivery.run();
            return;
        }
        try {
            var unused = timer.schedule(delivery, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException ends) {
            // The simulation ends; the broker keeps what was not acknowledged.
            return;
        }
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload, boolean retained) {
        return link.publish(topic, payload, retained);
    }

    @Override
    public void subscribe(Collection<String> topics) {
        link.subscribe(topics);
    }

    @Override
    public void unsubscribe(Collection<String> topics) {
        link.unsubscribe(topics);
    }

    @Override
    public void close() {
        link.close();
    }
}
