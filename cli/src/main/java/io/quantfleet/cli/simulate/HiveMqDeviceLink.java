package io.quantfleet.cli.simulate;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuth;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectRestrictions;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5WillPublish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import com.hivemq.client.mqtt.mqtt5.message.unsubscribe.Mqtt5Unsubscribe;
import io.quantfleet.agent.Backoff;
import io.quantfleet.agent.enrol.Identity;
import io.quantfleet.agent.link.LinkException;
import io.quantfleet.agent.link.PresenceMessages;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A device's link over HiveMQ's MQTT 5 client, which has no thread of its own: what thousands of devices in one process
 * want. Sessions, subscriptions, limits and last will are those of the agent's own link. Safe for use by several
 * threads.
 */
final class HiveMqDeviceLink implements CuttableLink {
    private static final Logger LOG = LoggerFactory.getLogger(HiveMqDeviceLink.class);
    private static final Duration SESSION_EXPIRY = Duration.ofDays(7);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);
    private static final Duration WILL_DELAY = Duration.ofSeconds(2);
    private static final Duration GOOD_BYE = Duration.ofSeconds(2);
    private static final int RECEIVE_MAXIMUM = 8;

    private final Identity identity;
    private final PresenceMessages presence;
    private final Backoff backoff;
    private final EventLoop loop;
    private final Set<String> topics = ConcurrentHashMap.newKeySet();
    private final Set<EventLoop.Load> underway = ConcurrentHashMap.newKeySet();
    private volatile Optional<Connection> current = Optional.empty();
    private volatile boolean closed;

    HiveMqDeviceLink(Identity identity, PresenceMessages presence, Backoff backoff, EventLoop loop) {
        this.identity = identity;
        this.presence = presence;
        this.backoff = backoff;
        this.loop = loop;
    }

    /** One connection with what is on its way over it. */
    private record Connection(
            Mqtt5AsyncClient client, AtomicLong publishes, Map<Long, CompletableFuture<Void>> pending) {
        Connection(Mqtt5AsyncClient client) {
            this(client, new AtomicLong(), new ConcurrentHashMap<>());
        }

        CompletableFuture<Void> publish(String topic, byte[] payload, boolean retained) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            Long key = publishes.incrementAndGet();
            pending.put(key, done);
            Mqtt5Publish publish = Mqtt5Publish.builder()
                    .topic(topic)
                    .payload(payload)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .retain(retained)
                    .build();
            var unused = client.publish(publish).whenComplete((result, failure) -> {
                pending.remove(key);
                Optional<Throwable> error = failure != null ? Optional.of(failure) : result.getError();
                if (error.isPresent()) {
                    done.completeExceptionally(new LinkException("publishing on " + topic + " failed", error.get()));
                } else {
                    done.complete(null);
                }
            });
            return done;
        }

        void subscribe(Collection<String> topics) {
            List<Mqtt5Subscription> subscriptions = topics.stream()
                    .map(topic -> Mqtt5Subscription.builder()
                            .topicFilter(topic)
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .build())
                    .toList();
            var unused = client.subscribe(Mqtt5Subscribe.builder()
                            .addSubscriptions(subscriptions)
                            .build())
                    .whenComplete((result, failure) -> {
                        if (failure != null) {
                            LOG.debug("subscribing anew after the next connect topics={}", topics, failure);
                        }
                    });
        }

        void lost() {
            pending.values().forEach(done -> done.completeExceptionally(new LinkException("the connection was lost")));
        }
    }

    @Override
    public void start(Listener listener) {
        connect(listener);
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload, boolean retained) {
        return current.map(connection -> connection.publish(topic, payload, retained))
                .orElseGet(() -> CompletableFuture.failedFuture(new LinkException("not connected to the broker")));
    }

    @Override
    public void subscribe(Collection<String> some) {
        topics.addAll(some);
        current.ifPresent(connection -> connection.subscribe(some));
    }

    @Override
    public void unsubscribe(Collection<String> some) {
        topics.removeAll(some);
        current.ifPresent(connection -> {
            var unused = connection
                    .client()
                    .unsubscribe(Mqtt5Unsubscribe.builder()
                            .addTopicFilters(
                                    some.stream().map(MqttTopicFilter::of).toList())
                            .build());
        });
    }

    @Override
    public void cut() {
        current.ifPresent(connection -> disconnect(connection, Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE));
    }

    @Override
    public void vanish() {
        closed = true;
        cut();
        drop();
    }

    @Override
    public void close() {
        closed = true;
        drop();
        current.ifPresent(connection -> {
            var unused = connection
                    .publish(presence.topic(), presence.offline(), true)
                    .orTimeout(GOOD_BYE.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((published, failure) ->
                            disconnect(connection, Mqtt5DisconnectReasonCode.NORMAL_DISCONNECTION));
        });
    }

    private static void disconnect(Connection connection, Mqtt5DisconnectReasonCode reason) {
        var unused = connection
                .client()
                .disconnect(Mqtt5Disconnect.builder().reasonCode(reason).build());
    }

    private void connect(Listener listener) {
        if (closed) {
            return;
        }
        Mqtt5AsyncClient client = client(listener);
        client.publishes(MqttGlobalPublishFilter.ALL, publish -> received(publish, listener), Runnable::run, true);
        var unused = client.connect(connect()).whenComplete((acknowledged, failure) -> {
            if (failure != null) {
                Duration pause = backoff.next();
                LOG.debug("waiting for the broker deviceId={}", identity.deviceId(), failure);
                later(pause, () -> connect(listener));
            } else {
                if (!acknowledged.isSessionPresent()) {
                    listener.sessionLost();
                }
                connected(new Connection(client), listener);
            }
        });
    }

    private void connected(Connection connection, Listener listener) {
        backoff.reset();
        current = Optional.of(connection);
        if (!topics.isEmpty()) {
            connection.subscribe(topics);
        }
        var unused = connection.publish(presence.topic(), presence.online(), true);
        listener.connected();
        if (closed) {
            cut();
        }
    }

    private void disconnected(Mqtt5Client client, Listener listener) {
        Optional<Connection> last = current.filter(connection -> connection.client() == client);
        last.ifPresent(connection -> {
            current = Optional.empty();
            connection.lost();
            listener.disconnected();
            if (!closed) {
                later(backoff.next(), () -> connect(listener));
            }
        });
    }

    private void received(Mqtt5Publish publish, Listener listener) {
        byte[] payload = publish.getPayloadAsBytes();
        EventLoop.Load load = loop.take(payload.length);
        underway.add(load);
        listener.received(publish.getTopic().toString(), payload, () -> {
            underway.remove(load);
            load.close();
            publish.acknowledge();
        });
    }

    /** Nobody will acknowledge what came. */
    private void drop() {
        underway.forEach(EventLoop.Load::close);
        underway.clear();
    }

    private void later(Duration pause, Runnable task) {
        try {
            var unused = loop.agents().schedule(task, pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("no further attempt: the simulation ends");
        }
    }

    private Mqtt5AsyncClient client(Listener listener) {
        Mqtt5Client[] self = new Mqtt5Client[1];
        Mqtt5ClientBuilder builder = Mqtt5Client.builder()
                .identifier(identity.deviceId().value())
                .serverHost(identity.mqttUri().getHost())
                .serverPort(identity.mqttUri().getPort())
                .executorConfig(loop.clients())
                .addDisconnectedListener(context -> disconnected(self[0], listener));
        if (identity.mqttUri().getScheme().equals("ssl")) {
            builder = builder.sslWithDefaultConfig();
        }
        Mqtt5AsyncClient client = builder.buildAsync();
        self[0] = client;
        return client;
    }

    private Mqtt5Connect connect() {
        return Mqtt5Connect.builder()
                .cleanStart(false)
                .sessionExpiryInterval(SESSION_EXPIRY.toSeconds())
                .keepAlive((int) KEEP_ALIVE.toSeconds())
                .restrictions(Mqtt5ConnectRestrictions.builder()
                        .receiveMaximum(RECEIVE_MAXIMUM)
                        .build())
                .simpleAuth(Mqtt5SimpleAuth.builder()
                        .username(identity.deviceId().value())
                        .password(identity.credential().getBytes(StandardCharsets.UTF_8))
                        .build())
                .willPublish(Mqtt5WillPublish.builder()
                        .topic(presence.topic())
                        .payload(presence.offline())
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .retain(true)
                        .delayInterval(WILL_DELAY.toSeconds())
                        .build())
                .build();
    }
}
