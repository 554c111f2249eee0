package io.quantfleet.agent.link;

import io.quantfleet.agent.Backoff;
import io.quantfleet.agent.enrol.Identity;
import io.quantfleet.protocols.trace.TraceParent;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link DeviceLink} over Paho's MQTT 5 client. The session stays at the broker between connections; subscriptions are
 * made again after each all the same, because that is what brings retained messages that changed meanwhile. Connecting,
 * with back-off, happens on a thread of the link's own; Paho's callback threads only hand over.
 */
public final class PahoDeviceLink implements DeviceLink {
    private static final Logger LOG = LoggerFactory.getLogger(PahoDeviceLink.class);
    private static final Duration SESSION_EXPIRY = Duration.ofDays(7);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration GOOD_BYE = Duration.ofSeconds(2);
    /** A device that comes back this soon was never away. */
    private static final Duration WILL_DELAY = Duration.ofSeconds(2);
    /** Messages that the broker may send before the first is acknowledged: bounds memory to so many chunks. */
    private static final int RECEIVE_MAXIMUM = 8;

    /** Reason codes of MQTT 5: bad user name or password, not authorized, banned. */
    private static final Set<Integer> REFUSALS = Set.of(0x86, 0x87, 0x8a);

    private final Identity identity;
    private final PresenceMessages presence;
    private final Backoff backoff;
    private final Duration spread;
    private final boolean spreadStart;
    private final Set<String> topics = ConcurrentHashMap.newKeySet();
    private volatile Optional<PahoConnection> current = Optional.empty();
    private final ScheduledExecutorService connector;

    /**
     * A link that is not connected yet.
     *
     * @param spread after a lost connection the first attempt waits a random part of it, besides the back-off
     * @param spreadStart whether the very first attempt waits, too: after a restart a whole fleet may be starting
     */
    public PahoDeviceLink(
            Identity identity, PresenceMessages presence, Backoff backoff, Duration spread, boolean spreadStart) {
        this.spread = spread;
        this.spreadStart = spreadStart;
        this.identity = identity;
        this.presence = presence;
        this.backoff = backoff;
        this.connector = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "link");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void start(Listener listener) {
        long wait = spreadStart ? partOfSpread() : 0;
        var unused = connector.schedule(() -> connect(listener), wait, TimeUnit.MILLISECONDS);
    }

    private long partOfSpread() {
        return ThreadLocalRandom.current().nextLong(spread.toMillis() + 1);
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload, boolean retained) {
        return current.map(connection -> connection.publish(topic, payload, retained))
                .orElseGet(() -> CompletableFuture.failedFuture(new LinkException("not connected to the broker")));
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload, boolean retained, TraceParent trace) {
        return current.map(connection -> connection.publish(topic, payload, retained, trace))
                .orElseGet(() -> CompletableFuture.failedFuture(new LinkException("not connected to the broker")));
    }

    @Override
    public void subscribe(Collection<String> some) {
        topics.addAll(some);
        current.ifPresent(connection -> {
            try {
                connection.subscribe(some);
            } catch (MqttException e) {
                LOG.debug("subscribing anew after the next connect topics={}", some, e);
            }
        });
    }

    @Override
    public void unsubscribe(Collection<String> some) {
        topics.removeAll(some);
        current.ifPresent(connection -> {
            try {
                connection.unsubscribe(some);
            } catch (MqttException e) {
                LOG.debug("unsubscribing failed, at worst messages come once more topics={}", some, e);
            }
        });
    }

    @Override
    public void close() {
        connector.shutdownNow();
        Optional<PahoConnection> last = current;
        current = Optional.empty();
        last.ifPresent(connection -> {
            try {
                connection
                        .publish(presence.topic(), presence.offline(), true)
                        .get(GOOD_BYE.toMillis(), TimeUnit.MILLISECONDS);
                connection.disconnect(GOOD_BYE.toMillis());
            } catch (Exception e) {
                LOG.debug("no good-bye: the last will says it", e);
            }
            connection.lost("the agent is shutting down");
        });
    }

    private void connect(Listener listener) {
        URI broker = identity.mqttUri();
        Optional<MqttAsyncClient> opened = Optional.empty();
        try {
            MqttAsyncClient client =
                    new MqttAsyncClient(broker.toString(), identity.deviceId().value(), new MemoryPersistence());
            opened = Optional.of(client);
            PahoConnection connection = new PahoConnection(client);
            client.setManualAcks(true);
            client.setCallback(new PahoEvents(
                    (topic, message) -> handOver(topic, message, acknowledgement(connection, topic, message), listener),
                    reason -> handOverLoss(connection, reason, listener)));
            IMqttToken connected = client.connect(options());
            connected.waitForCompletion(CONNECT_TIMEOUT.toMillis());
            Optional.ofNullable(connected.getResponseProperties())
                    .map(properties -> properties.getReceiveMaximum())
                    .ifPresent(connection::limit);
            if (!connected.getSessionPresent()) {
                listener.sessionLost();
            }
            current = Optional.of(connection);
            connection.subscribe(topics);
            var unused = connection.publish(presence.topic(), presence.online(), true);
            backoff.reset();
            LOG.info("connected broker={} deviceId={}", broker, identity.deviceId());
            listener.connected();
        } catch (MqttException e) {
            current = Optional.empty();
            opened.ifPresent(PahoConnection::discard);
            Duration pause = backoff.next();
            if (REFUSALS.contains(e.getReasonCode())) {
                LOG.error(
                        "the broker at {} refuses this device's credential deviceId={}; was the device removed, or the"
                                + " signing key changed? Next attempt in {} ms",
                        broker,
                        identity.deviceId(),
                        pause.toMillis());
            } else {
                LOG.warn(
                        "waiting for the broker at {}: {}; next attempt in {} ms",
                        broker,
                        describe(e),
                        pause.toMillis());
            }
            var ignored = connector.schedule(() -> connect(listener), pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static void handOver(String topic, MqttMessage message, Runnable acknowledge, Listener listener) {
        traceOf(message)
                .ifPresentOrElse(
                        trace -> listener.received(topic, message.getPayload(), trace, acknowledge),
                        () -> listener.received(topic, message.getPayload(), acknowledge));
    }

    private static Optional<TraceParent> traceOf(MqttMessage message) {
        return Optional.ofNullable(message.getProperties()).stream()
                .flatMap(properties -> properties.getUserProperties().stream())
                .filter(property -> property.getKey().equals(TraceParent.NAME))
                .findFirst()
                .flatMap(property -> TraceParent.parse(property.getValue()));
    }

    private void handOverLoss(PahoConnection connection, String reason, Listener listener) {
        if (!connector.isShutdown()) {
            connector.execute(() -> lost(connection, reason, listener));
        }
    }

    private void lost(PahoConnection connection, String reason, Listener listener) {
        if (current.filter(connection::equals).isEmpty()) {
            return;
        }
        current = Optional.empty();
        connection.lost("the connection to the broker was lost: " + reason);
        Duration pause = backoff.next().plusMillis(partOfSpread());
        LOG.warn(
                "connection lost broker={} reason={}; next attempt in {} ms",
                identity.mqttUri(),
                reason,
                pause.toMillis());
        listener.disconnected();
        var unused = connector.schedule(() -> connect(listener), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static Runnable acknowledgement(PahoConnection connection, String topic, MqttMessage message) {
        int id = message.getId();
        boolean wantsAck = message.getQos() > 0;
        return () -> {
            try {
                if (wantsAck) {
                    connection.acknowledge(id);
                }
            } catch (MqttException e) {
                LOG.debug("not acknowledged, it will come again topic={}", topic, e);
            }
        };
    }

    private MqttConnectionOptions options() {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setUserName(identity.deviceId().value());
        options.setPassword(identity.credential().getBytes(StandardCharsets.UTF_8));
        options.setCleanStart(false);
        options.setSessionExpiryInterval(SESSION_EXPIRY.toSeconds());
        options.setReceiveMaximum(RECEIVE_MAXIMUM);
        options.setKeepAliveInterval((int) KEEP_ALIVE.toSeconds());
        options.setConnectionTimeout((int) CONNECT_TIMEOUT.toSeconds());
        options.setAutomaticReconnect(false);
        options.setUseSubscriptionIdentifiers(false);
        options.setWill(presence.topic(), new MqttMessage(presence.offline(), 1, true, null));
        MqttProperties will = new MqttProperties();
        will.setWillDelayInterval(WILL_DELAY.toSeconds());
        options.setWillMessageProperties(will);
        if (identity.mqttUri().getScheme().equals("tcp")) {
            options.setSocketFactory(new NoDelaySocketFactory());
        }
        return options;
    }

    private static String describe(MqttException e) {
        String message = e.getMessage() == null ? "reason " + e.getReasonCode() : e.getMessage();
        return e.getCause() == null ? message : message + " (" + e.getCause().getMessage() + ")";
    }
}
