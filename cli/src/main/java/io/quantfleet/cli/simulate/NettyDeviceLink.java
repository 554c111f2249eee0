package io.quantfleet.cli.simulate;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodes;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.handler.ssl.SslContext;
import io.quantfleet.agent.Backoff;
import io.quantfleet.agent.enrol.Identity;
import io.quantfleet.agent.link.LinkException;
import io.quantfleet.agent.link.PresenceMessages;
import io.quantfleet.protocols.mqtt.MqttTopics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A device's link on an event loop that it shares with others, which is what thousands of devices in one process want.
 * Sessions, subscriptions, limits and last will are those of the agent's own link. Safe for use by several threads.
 */
final class NettyDeviceLink implements CuttableLink {
    private static final Logger LOG = LoggerFactory.getLogger(NettyDeviceLink.class);
    private static final Duration SESSION_EXPIRY = Duration.ofDays(7);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);
    private static final Duration WILL_DELAY = Duration.ofSeconds(2);
    private static final Duration GOOD_BYE = Duration.ofSeconds(2);
    private static final int RECEIVE_MAXIMUM = 8;

    private final Identity identity;
    private final PresenceMessages presence;
    private final Backoff backoff;
    private final EventLoop loop;
    private final Executor device;
    private final Set<String> topics = ConcurrentHashMap.newKeySet();
    private final Set<Arrival> underway = ConcurrentHashMap.newKeySet();
    private volatile Optional<MqttConnection> current = Optional.empty();
    private volatile boolean closed;

    /** @param device where chunks are handed over, in their order; what else comes is by the event loop */
    NettyDeviceLink(Identity identity, PresenceMessages presence, Backoff backoff, EventLoop loop, Executor device) {
        this.identity = identity;
        this.presence = presence;
        this.backoff = backoff;
        this.loop = loop;
        this.device = device;
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
        current.ifPresent(connection -> connection.unsubscribe(some));
    }

    @Override
    public void cut() {
        current.ifPresent(connection -> connection.disconnect(MqttReasonCodes.Disconnect.DISCONNECT_WITH_WILL_MESSAGE));
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
                            connection.disconnect(MqttReasonCodes.Disconnect.NORMAL_DISCONNECT));
        });
    }

    private void connect(Listener listener) {
        if (closed) {
            return;
        }
        Optional<SslContext> tls =
                identity.mqttUri().getScheme().equals("ssl") ? Optional.of(loop.tls()) : Optional.empty();
        MqttConnection.open(loop.network(), identity.mqttUri(), KEEP_ALIVE, tls, new MqttConnection.Events() {
            @Override
            public MqttConnectMessage connect() {
                return NettyDeviceLink.this.connect();
            }

            @Override
            public void connected(MqttConnection connection, boolean sessionPresent) {
                if (!sessionPresent) {
                    listener.sessionLost();
                }
                NettyDeviceLink.this.connected(connection, listener);
            }

            @Override
            public void received(String topic, ByteBuf payload, Runnable acknowledge) {
                NettyDeviceLink.this.received(topic, payload, acknowledge, listener);
            }

            @Override
            public void ended(MqttConnection connection) {
                NettyDeviceLink.this.ended(connection, listener);
            }
        });
    }

    private void connected(MqttConnection connection, Listener listener) {
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

    private void ended(MqttConnection connection, Listener listener) {
        boolean wasUp = current.filter(connection::equals).isPresent();
        if (wasUp) {
            current = Optional.empty();
            listener.disconnected();
        }
        if (!closed) {
            Duration pause = backoff.next();
            LOG.debug("connecting again deviceId={} in={}", identity.deviceId(), pause);
            later(pause, () -> connect(listener));
        }
    }

    private void received(String topic, ByteBuf payload, Runnable acknowledge, Listener listener) {
        Arrival arrival = new Arrival(payload, loop.take(payload.readableBytes()));
        underway.add(arrival);
        if (closed) {
            drop();
            return;
        }
        // The thread that copies a chunk is the one that hashes it next, and finds it in its processor's cache.
        boolean isChunk = MqttTopics.parseChunk(topic).isPresent();
        Executor taker = isChunk ? device : Runnable::run;
        IntFunction<byte[]> arrays = isChunk ? loop.arrays()::take : byte[]::new;
        taker.execute(() -> arrival.take(arrays)
                .ifPresent(bytes -> listener.received(topic, bytes, () -> {
                    // What was dropped may still be looked at.
                    if (underway.remove(arrival) && isChunk) {
                        loop.arrays().giveBack(bytes);
                    }
                    arrival.close();
                    acknowledge.run();
                })));
    }

    /** Nobody will acknowledge what came. */
    private void drop() {
        underway.forEach(Arrival::close);
        underway.clear();
    }

    private void later(Duration pause, Runnable task) {
        try {
            var unused = loop.agents().schedule(task, pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("no further attempt: the simulation ends");
        }
    }

    private MqttConnectMessage connect() {
        MqttProperties session = new MqttProperties();
        session.add(integer(MqttProperties.MqttPropertyType.SESSION_EXPIRY_INTERVAL, (int) SESSION_EXPIRY.toSeconds()));
        session.add(integer(MqttProperties.MqttPropertyType.RECEIVE_MAXIMUM, RECEIVE_MAXIMUM));
        MqttProperties will = new MqttProperties();
        will.add(integer(MqttProperties.MqttPropertyType.WILL_DELAY_INTERVAL, (int) WILL_DELAY.toSeconds()));
        return MqttMessageBuilders.connect()
                .protocolVersion(MqttVersion.MQTT_5)
                .clientId(identity.deviceId().value())
                .cleanSession(false)
                .keepAlive((int) KEEP_ALIVE.toSeconds())
                .username(identity.deviceId().value())
                .password(identity.credential().getBytes(StandardCharsets.UTF_8))
                .properties(session)
                .willFlag(true)
                .willTopic(presence.topic())
                .willMessage(presence.offline())
                .willQoS(MqttQoS.AT_LEAST_ONCE)
                .willRetain(true)
                .willProperties(will)
                .build();
    }

    private static MqttProperties.IntegerProperty integer(MqttProperties.MqttPropertyType property, int value) {
        return new MqttProperties.IntegerProperty(property.value(), value);
    }
}
