package io.quantfleet.controlplane.delivery;

import io.quantfleet.controlplane.lifecycle.OutageLog;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import io.quantfleet.protocols.trace.TraceParent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A {@link DeviceLink} over Paho. The session outlives the connection: what devices publish while we are away waits at
 * the broker. Each connection is a new Paho client, so that whatever was on its way when one broke fails visibly, and
 * is published again by whoever wanted it.
 */
final class PahoDeviceLink implements DeviceLink, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PahoDeviceLink.class);
    private static final int QOS = 1;
    private static final int MAX_IN_FLIGHT = 64;
    private static final int RECEIVE_MAXIMUM = 1024;
    private static final int ONLY_FOR_NEW_SUBSCRIPTIONS = 1;
    private static final long SESSION_EXPIRY_SECONDS = Duration.ofDays(7).toSeconds();
    private static final long PATIENCE_MS = 10_000;
    private static final int CONNECT_SECONDS = 5;
    private static final int KEEP_ALIVE_SECONDS = 20;

    private final MqttLogin login;
    private final DeviceInbox inbox;
    private final Consumer<Greeting> greeted;
    private final OutageLog outage;
    private final Queue<MqttAsyncClient> gone = new ConcurrentLinkedQueue<>();
    private final AtomicLong publishes = new AtomicLong();
    private long connections;
    private volatile @Nullable Connection current;

    /** @param greeted told with each connection what the broker said when it began */
    PahoDeviceLink(MqttLogin login, DeviceInbox inbox, Consumer<Greeting> greeted) {
        this.greeted = greeted;
        this.login = login;
        this.inbox = inbox;
        this.outage = new OutageLog(LOG, "the MQTT broker at " + login.uri());
    }

    /**
     * What a broker says when a connection begins.
     *
     * @param largestPacket how many bytes it takes at once
     * @param knowsSession whether it has kept what was said to it while no connection was up
     */
    record Greeting(long largestPacket, boolean knowsSession) {}

    /** One connection and what is on its way over it. */
    private record Connection(
            long number, MqttAsyncClient client, Semaphore permits, Map<Long, CompletableFuture<Void>> underway) {}

    @Override
    public OptionalLong connection() {
        Connection connection = current;
        return connection == null ? OptionalLong.empty() : OptionalLong.of(connection.number());
    }

    /** Connects if there is no connection. Called by one thread. */
    void connectIfNeeded() {
        for (MqttAsyncClient client = gone.poll(); client != null; client = gone.poll()) {
            dispose(client);
        }
        if (current != null) {
            return;
        }
        try {
            connect();
            outage.succeeded();
        } catch (MqttException e) {
            outage.failed(e);
        }
    }

    private void connect() throws MqttException {
        MqttAsyncClient client = new MqttAsyncClient(login.uri().toString(), login.clientId(), new MemoryPersistence());
        try {
            client.setManualAcks(true);
            client.setCallback(new PahoCallback(client, inbox, () -> lost(client)));
            IMqttToken connected = client.connect(options());
            connected.waitForCompletion(PATIENCE_MS);
            int permits = Optional.ofNullable(connected.getResponseProperties())
                    .map(properties -> properties.getReceiveMaximum())
                    .map(broker -> Math.min(broker, MAX_IN_FLIGHT))
                    .orElse(MAX_IN_FLIGHT);
            long largestPacket = Optional.ofNullable(connected.getResponseProperties())
                    .map(properties -> properties.getMaximumPacketSize())
                    .orElse(Long.MAX_VALUE);
            greeted.accept(new Greeting(largestPacket, connected.getSessionPresent()));
            client.subscribe(subscriptions()).waitForCompletion(PATIENCE_MS);
            connections++;
            current = new Connection(connections, client, new Semaphore(permits), new ConcurrentHashMap<>());
            LOG.infof("connected to the MQTT broker: uri=%s connection=%d", login.uri(), connections);
            if (!client.isConnected()) {
                lost(client);
            }
        } catch (MqttException e) {
            dispose(client);
            throw e;
        }
    }

    private MqttConnectionOptions options() {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setUserName(login.userName());
        options.setPassword(login.newPassword().getBytes(StandardCharsets.UTF_8));
        options.setCleanStart(false);
        options.setSessionExpiryInterval(SESSION_EXPIRY_SECONDS);
        options.setReceiveMaximum(RECEIVE_MAXIMUM);
        options.setAutomaticReconnect(false);
        options.setConnectionTimeout(CONNECT_SECONDS);
        options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
        options.setSocketFactory(new NoDelaySocketFactory());
        return options;
    }

    private static MqttSubscription[] subscriptions() {
        return Arrays.stream(Channel.values())
                .filter(Channel::isFromDevice)
                .map(channel -> {
                    MqttSubscription subscription = new MqttSubscription(MqttTopics.everyDevice(channel), QOS);
                    subscription.setRetainHandling(ONLY_FOR_NEW_SUBSCRIPTIONS);
                    return subscription;
                })
                .toArray(MqttSubscription[]::new);
    }

    @Override
    public CompletableFuture<Void> publishRetained(String topic, byte[] payload, Optional<TraceParent> trace)
            throws InterruptedException {
        CompletableFuture<Void> published = new CompletableFuture<>();
        Connection connection = current;
        if (connection == null) {
            published.completeExceptionally(new IllegalStateException("there is no connection to the MQTT broker"));
            return published;
        }
        connection.permits().acquire();
        long number = publishes.incrementAndGet();
        connection.underway().put(number, published);
        CompletableFuture<Void> released = published.whenComplete((done, failure) -> {
            connection.underway().remove(number);
            connection.permits().release();
        });
        MqttMessage message = new MqttMessage(
                payload, QOS, true, trace.map(PahoTraceContext::properties).orElse(null));
        try {
            connection.client().publish(topic, message, null, completing(published));
        } catch (MqttException e) {
            published.completeExceptionally(e);
        }
        if (!connection().equals(OptionalLong.of(connection.number()))) {
            published.completeExceptionally(new IllegalStateException("the connection to the MQTT broker was lost"));
        }
        return released;
    }

    private static MqttActionListener completing(CompletableFuture<Void> published) {
        return new MqttActionListener() {
            @Override
            public void onSuccess(IMqttToken token) {
                published.complete(null);
            }

            @Override
            public void onFailure(IMqttToken token, Throwable failure) {
                published.completeExceptionally(failure);
            }
        };
    }

    /** The connection of {@code client} is gone; called by Paho's threads. */
    private void lost(MqttAsyncClient client) {
        Connection connection = current;
        if (connection == null || connection.client() != client) {
            return;
        }
        current = null;
        LOG.warnf("lost the connection to the MQTT broker: uri=%s connection=%d", login.uri(), connection.number());
        IllegalStateException failure = new IllegalStateException("the connection to the MQTT broker was lost");
        connection.underway().values().forEach(published -> published.completeExceptionally(failure));
        gone.add(client);
    }

    private static void dispose(MqttAsyncClient client) {
        try {
            client.disconnectForcibly(0, 0, false);
        } catch (MqttException e) {
            LOG.debug("there was nothing to disconnect", e);
        }
        try {
            client.close(true);
        } catch (MqttException e) {
            LOG.debug("the client did not close cleanly", e);
        }
    }

    /** Disconnects; the session stays at the broker. */
    @Override
    public void close() {
        Connection connection = current;
        if (connection == null) {
            return;
        }
        current = null;
        try {
            connection.client().disconnect().waitForCompletion(PATIENCE_MS / 10);
        } catch (MqttException e) {
            LOG.debug("the broker did not see us off", e);
        }
        dispose(connection.client());
    }
}
