package io.quantfleet.agent.telemetry;

import io.quantfleet.agent.link.DeviceLink;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores windows and publishes them in order of their numbers, on a thread of its own. Each is delivered at least once:
 * after a lost connection or session some come again with the numbers they had, and the receiver knows them by these.
 */
public final class WindowPublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WindowPublisher.class);
    private static final Duration LAST_WORDS = Duration.ofSeconds(3);

    private final DeviceId deviceId;
    private final WindowStore store;
    private final DeviceLink link;
    private final Set<Long> inFlight = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread publisher = new Thread(task, "telemetry");
                publisher.setDaemon(true);
                return publisher;
            });

    public WindowPublisher(DeviceId deviceId, WindowStore store, DeviceLink link) {
        this.deviceId = deviceId;
        this.store = store;
        this.link = link;
    }

    /** Stores a window before it returns, and publishes it when there is a connection. */
    public void accept(TelemetryWindow.Builder window) {
        try {
            TelemetryWindow stored = store.add(window.setDeviceId(deviceId.value()));
            LOG.debug("window cut windowNumber={} inferences={}", stored.getWindowNumber(), stored.getInferences());
        } catch (IOException e) {
            LOG.error("a telemetry window is lost, it can't be stored", e);
        }
        drain();
    }

    /** The broker has forgotten this device, and with it what it may not have handed on: the last windows go out again. */
    public void sessionLost() {
        try {
            thread.execute(this::takeBack);
        } catch (RejectedExecutionException closed) {
            LOG.debug("closed; nothing goes out any more");
        }
    }

    private void takeBack() {
        try {
            int windows = store.takeBack();
            if (windows > 0) {
                LOG.info("the broker has no session for this device, sending windows again windows={}", windows);
            }
        } catch (IOException e) {
            LOG.error("windows that the broker may have lost can't be sent again", e);
        }
    }

    /** Publishes what is stored; called when there is a connection. */
    public void drain() {
        try {
            thread.execute(this::publishStored);
        } catch (RejectedExecutionException closed) {
            LOG.debug("closed; what is stored is published by the next start");
        }
    }

    /** Gives what is stored a moment to be delivered, and stops. */
    @Override
    public void close() throws InterruptedException {
        drain();
        long deadline = System.nanoTime() + LAST_WORDS.toNanos();
        while (isUnderWay() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        thread.shutdownNow();
    }

    private boolean isUnderWay() {
        return thread.getActiveCount() > 0 || !thread.getQueue().isEmpty() || !inFlight.isEmpty();
    }

    private void publishStored() {
        try {
            Optional<Long> number = store.firstAfter(0);
            while (number.isPresent() && publish(number.get())) {
                number = store.firstAfter(number.get());
            }
        } catch (IOException | RuntimeException e) {
            LOG.error("publishing telemetry failed; the windows stay stored", e);
        }
    }

    /** Returns whether going on makes sense. */
    private boolean publish(long number) throws IOException {
        Optional<byte[]> window = store.read(number);
        if (window.isEmpty() || !inFlight.add(number)) {
            return true;
        }
        var published = link.publish(MqttTopics.of(deviceId, MqttTopics.Channel.TELEMETRY), window.get(), false);
        if (published.isCompletedExceptionally()) {
            // Settled here and now: a drain that is queued already, for a connection just made, must not find it under
            // way.
            inFlight.remove(number);
            return false;
        }
        var unused = published.whenCompleteAsync((nothing, failure) -> settled(number, failure == null), thread);
        return true;
    }

    private void settled(long number, boolean delivered) {
        try {
            if (delivered) {
                store.delivered(number);
            }
        } catch (IOException e) {
            LOG.warn("a delivered window can't be put aside and will be sent again windowNumber={}", number, e);
        } finally {
            inFlight.remove(number);
        }
    }
}
