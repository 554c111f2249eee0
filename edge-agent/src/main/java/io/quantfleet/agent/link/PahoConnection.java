package io.quantfleet.agent.link;

import io.quantfleet.protocols.trace.TraceParent;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, from connect to loss. Its Paho client is thrown away with it, so nothing half-sent is left over in
 * memory for the next: whoever published is told of the loss and publishes again. Safe for use by several threads.
 */
final class PahoConnection {
    /**
     * Below the receive maximum that brokers grant by default (HiveMQ: 10). Beyond it Paho throws (error 32202), and it counts
     * a message as under way for a moment after its token is complete: so permits come back with the listener, which
     * Paho calls after it has counted (eclipse-paho/paho.mqtt.java, issue 551).
     */
    private static final int IN_FLIGHT = 8;

    private static final int QOS = 1;

    private static final Logger LOG = LoggerFactory.getLogger(PahoConnection.class);

    private static final MqttActionListener LOG_REFUSAL = new MqttActionListener() {
        @Override
        public void onSuccess(IMqttToken token) {
            // What is asked for comes by itself.
        }

        @Override
        public void onFailure(IMqttToken token, Throwable failure) {
            LOG.warn("the broker refused a subscription topics={}: {}", List.of(token.getTopics()), failure.toString());
        }
    };

    private final MqttAsyncClient client;
    private final Semaphore permits = new Semaphore(IN_FLIGHT);
    private final Map<Long, CompletableFuture<Void>> pending = new ConcurrentHashMap<>();
    private final AtomicLong publishes = new AtomicLong();
    private volatile boolean lost;

    PahoConnection(MqttAsyncClient client) {
        this.client = client;
    }

    /** Keeps to what the broker grants, where that is less. */
    void limit(int receiveMaximum) {
        permits.acquireUninterruptibly(Math.max(0, IN_FLIGHT - receiveMaximum));
    }

    CompletableFuture<Void> publish(String topic, byte[] payload, boolean retained) {
        return publish(topic, new MqttMessage(payload, QOS, retained, null));
    }

    CompletableFuture<Void> publish(String topic, byte[] payload, boolean retained, TraceParent trace) {
        MqttProperties properties = new MqttProperties();
        properties.setUserProperties(List.of(new UserProperty(TraceParent.NAME, trace.value())));
        return publish(topic, new MqttMessage(payload, QOS, retained, properties));
    }

    private CompletableFuture<Void> publish(String topic, MqttMessage message) {
        permits.acquireUninterruptibly();
        Long key = publishes.incrementAndGet();
        CompletableFuture<Void> done = new CompletableFuture<>();
        pending.put(key, done);
        CompletableFuture<Void> settled = done.whenComplete((nothing, failure) -> {
            pending.remove(key);
            permits.release();
        });
        try {
            client.publish(topic, message, null, completing(topic, done));
        } catch (MqttException e) {
            done.completeExceptionally(new LinkException("publishing on " + topic + " failed: " + e.getMessage(), e));
        }
        if (lost) {
            // lost() may have looked at the pending ones before this one was among them.
            done.completeExceptionally(new LinkException("the connection was lost before " + topic + " was published"));
        }
        return settled;
    }

    void subscribe(Collection<String> topics) throws MqttException {
        if (topics.isEmpty()) {
            return;
        }
        MqttSubscription[] subscriptions =
                topics.stream().map(topic -> new MqttSubscription(topic, QOS)).toArray(MqttSubscription[]::new);
        client.subscribe(subscriptions, null, LOG_REFUSAL, new MqttProperties());
    }

    void unsubscribe(Collection<String> topics) throws MqttException {
        if (!topics.isEmpty()) {
            client.unsubscribe(topics.toArray(String[]::new));
        }
    }

    void acknowledge(int messageId) throws MqttException {
        client.messageArrivedComplete(messageId, QOS);
    }

    /** Fails everything on its way and lets go of the client. */
    void lost(String reason) {
        lost = true;
        for (CompletableFuture<Void> done : pending.values()) {
            done.completeExceptionally(new LinkException(reason));
        }
        discard(client);
    }

    void disconnect(long timeoutMillis) throws MqttException {
        client.disconnect(timeoutMillis).waitForCompletion(timeoutMillis);
    }

    static void discard(MqttAsyncClient client) {
        try {
            if (client.isConnected()) {
                client.disconnectForcibly(0, 0, false);
            }
            client.close(true);
        } catch (MqttException alreadyClosed) {
            // Nothing is left to let go of.
        }
    }

    private static MqttActionListener completing(String topic, CompletableFuture<Void> done) {
        return new MqttActionListener() {
            @Override
            public void onSuccess(IMqttToken token) {
                done.complete(null);
            }

            @Override
            public void onFailure(IMqttToken token, Throwable failure) {
                done.completeExceptionally(new LinkException("publishing on " + topic + " failed", failure));
            }
        };
    }
}
