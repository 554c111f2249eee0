package io.quantfleet.cli.simulate;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttReasonCodes;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.quantfleet.agent.link.LinkException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One MQTT 5 connection on an event loop that it shares with thousands of others: messages at QoS 1 in both directions, no
 * more of them on their way to the broker than it allows. What has not been acknowledged when the connection ends fails;
 * whoever wanted it says it again on the next one. Its methods may be called by any thread, its events come on the event
 * loop's.
 */
final class MqttConnection extends SimpleChannelInboundHandler<MqttMessage> {
    private static final Logger LOG = LoggerFactory.getLogger(MqttConnection.class);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    private static final int LARGEST_PACKET = 2 << 20;
    /** A chunk in one piece, so that it is copied once on its way from the network to its device. */
    private static final int LARGEST_READ = 1 << 20;

    private static final int SMALLEST_READ = 512;
    private static final int FIRST_READ = 4096;
    private static final int RECEIVE_MAXIMUM_IF_UNSAID = 0xffff;
    /** What is said at about the same time goes out in one piece. */
    private static final int FLUSHES_TOGETHER = 16;

    private static final int LARGEST_PACKET_ID = 0xffff;
    private static final int FIRST_FAILURE_CODE = 0x80;

    /** What a connection is asked for and tells of. */
    interface Events {
        /** What to begin with. */
        MqttConnectMessage connect();

        /** @param sessionPresent whether the broker knows of an earlier connection of this device */
        void connected(MqttConnection connection, boolean sessionPresent);

        /**
         * A message came.
         *
         * @param payload good until this returns
         * @param acknowledge lets the broker send another message
         */
        void received(String topic, ByteBuf payload, Runnable acknowledge);

        /** The last event; the only one, if there was no connection at all. */
        void ended(MqttConnection connection);
    }

    private record Outgoing(IntFunction<MqttMessage> message, CompletableFuture<Void> acknowledged) {}

    private final Events events;
    private final Channel channel;
    // For the event loop alone, as all that follows.
    private final Map<Integer, CompletableFuture<Void>> unacknowledged = new HashMap<>();
    private final Queue<Outgoing> waiting = new ArrayDeque<>();
    private int permits;
    private int lastPacketId;

    private MqttConnection(Channel channel, Events events) {
        this.channel = channel;
        this.events = events;
    }

    /** Connects, and tells how that went. */
    static void open(EventLoopGroup loop, URI broker, Duration keepAlive, Optional<SslContext> tls, Events events) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_LIMIT.toMillis())
                .option(
                        ChannelOption.RCVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(SMALLEST_READ, FIRST_READ, LARGEST_READ))
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        tls.ifPresent(context -> channel.pipeline()
                                .addLast(context.newHandler(channel.alloc(), broker.getHost(), broker.getPort())));
                        channel.pipeline()
                                .addLast(new FlushConsolidationHandler(FLUSHES_TOGETHER, true))
                                .addLast(MqttEncoder.INSTANCE)
                                .addLast(decoder())
                                .addLast(new IdleStateHandler(
                                        2 * keepAlive.toSeconds(), keepAlive.toSeconds(), 0, TimeUnit.SECONDS))
                                .addLast(new MqttConnection(channel, events));
                    }
                });
        var unused = bootstrap.connect(broker.getHost(), broker.getPort());
    }

    /** Puts the parts of a message together without copying them. */
    private static MqttDecoder decoder() {
        MqttDecoder decoder = new MqttDecoder(LARGEST_PACKET);
        decoder.setCumulator(ByteToMessageDecoder.COMPOSITE_CUMULATOR);
        return decoder;
    }

    /** Publishes at QoS 1; completes when the broker has acknowledged it. */
    CompletableFuture<Void> publish(String topic, byte[] payload, boolean retained) {
        return send(id -> MqttMessageBuilders.publish()
                .topicName(topic)
                .payload(Unpooled.wrappedBuffer(payload))
                .qos(MqttQoS.AT_LEAST_ONCE)
                .retained(retained)
                .messageId(id)
                .build());
    }

    /** Subscribes at QoS 1, in one packet. */
    void subscribe(Collection<String> topics) {
        sendAside(id -> {
            MqttMessageBuilders.SubscribeBuilder subscribe =
                    MqttMessageBuilders.subscribe().messageId(id);
            topics.forEach(topic -> subscribe.addSubscription(MqttQoS.AT_LEAST_ONCE, topic));
            return subscribe.build();
        });
    }

    /** Ends subscriptions, in one packet. */
    void unsubscribe(Collection<String> topics) {
        sendAside(id -> {
            MqttMessageBuilders.UnsubscribeBuilder unsubscribe =
                    MqttMessageBuilders.unsubscribe().messageId(id);
            topics.forEach(unsubscribe::addTopicFilter);
            return unsubscribe.build();
        });
    }

    /** Says good-bye for this reason, and ends. */
    void disconnect(MqttReasonCodes.Disconnect reason) {
        MqttMessage message = new MqttMessage(
                header(MqttMessageType.DISCONNECT),
                new MqttReasonCodeAndPropertiesVariableHeader(reason.byteValue(), MqttProperties.NO_PROPERTIES));
        var unused = channel.writeAndFlush(message).addListener(ChannelFutureListener.CLOSE);
    }

    private CompletableFuture<Void> send(IntFunction<MqttMessage> message) {
        CompletableFuture<Void> acknowledged = new CompletableFuture<>();
        onLoop(() -> {
            if (channel.isActive()) {
                waiting.add(new Outgoing(message, acknowledged));
                sendWaiting();
            } else {
                acknowledged.completeExceptionally(lost());
            }
        });
        return acknowledged;
    }

    private void sendWaiting() {
        while (permits > 0 && !waiting.isEmpty()) {
            permits--;
            Outgoing next = waiting.remove();
            write(next.message(), next.acknowledged());
        }
    }

    /** Sends what does not count against the broker's limit. */
    private void sendAside(IntFunction<MqttMessage> message) {
        onLoop(() -> write(message, new CompletableFuture<>()));
    }

    private void write(IntFunction<MqttMessage> message, CompletableFuture<Void> acknowledged) {
        do {
            lastPacketId = lastPacketId % LARGEST_PACKET_ID + 1;
        } while (unacknowledged.containsKey(lastPacketId));
        unacknowledged.put(lastPacketId, acknowledged);
        write(message.apply(lastPacketId));
    }

    private void write(MqttMessage message) {
        // What can't be written ends the connection, and that is told.
        var unused = channel.writeAndFlush(message).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    private void end() {
        var unused = channel.close();
    }

    private void onLoop(Runnable task) {
        if (channel.eventLoop().inEventLoop()) {
            task.run();
        } else {
            channel.eventLoop().execute(task);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        write(events.connect());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, MqttMessage message) {
        if (message.decoderResult().isFailure()) {
            exceptionCaught(context, message.decoderResult().cause());
            return;
        }
        switch (message.fixedHeader().messageType()) {
            case CONNACK -> connected((MqttConnAckMessage) message);
            case PUBLISH -> received((MqttPublishMessage) message);
            case PUBACK -> {
                permits++;
                acknowledged(message);
                sendWaiting();
            }
            case SUBACK, UNSUBACK -> acknowledged(message);
            case DISCONNECT -> end();
            default -> LOG.trace("nothing to do about {}", message);
        }
    }

    private void connected(MqttConnAckMessage message) {
        MqttConnectReturnCode code = message.variableHeader().connectReturnCode();
        if (code != MqttConnectReturnCode.CONNECTION_ACCEPTED) {
            LOG.debug("the broker refuses the connection: {}", code);
            end();
            return;
        }
        MqttProperties.MqttProperty<?> receiveMaximum = message.variableHeader()
                .properties()
                .getProperty(MqttProperties.MqttPropertyType.RECEIVE_MAXIMUM.value());
        permits = receiveMaximum == null ? RECEIVE_MAXIMUM_IF_UNSAID : (Integer) receiveMaximum.value();
        events.connected(this, message.variableHeader().isSessionPresent());
    }

    private void received(MqttPublishMessage message) {
        int id = message.variableHeader().packetId();
        Runnable acknowledge = message.fixedHeader().qosLevel() == MqttQoS.AT_LEAST_ONCE
                ? () -> write(new MqttMessage(
                        header(MqttMessageType.PUBACK),
                        new MqttPubReplyMessageVariableHeader(id, (byte) 0, MqttProperties.NO_PROPERTIES)))
                : () -> {};
        events.received(message.variableHeader().topicName(), message.payload(), acknowledge);
    }

    private void acknowledged(MqttMessage message) {
        MqttMessageIdVariableHeader header = (MqttMessageIdVariableHeader) message.variableHeader();
        CompletableFuture<Void> done = unacknowledged.remove(header.messageId());
        if (done == null) {
            LOG.debug("the broker acknowledges what was not sent: {}", message);
        } else if (header instanceof MqttPubReplyMessageVariableHeader reply
                && (reply.reasonCode() & 0xff) >= FIRST_FAILURE_CODE) {
            done.completeExceptionally(
                    new LinkException("the broker refuses a message, reason code " + (reply.reasonCode() & 0xff)));
        } else {
            done.complete(null);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent idle) {
            if (idle.state() == IdleState.READER_IDLE) {
                LOG.debug("the broker is silent, ending the connection");
                end();
            } else {
                write(MqttMessage.PINGREQ);
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("the connection breaks", cause);
        end();
    }

    @Override
    public void channelUnregistered(ChannelHandlerContext context) {
        // Also of a channel that never became active.
        unacknowledged.values().forEach(done -> done.completeExceptionally(lost()));
        unacknowledged.clear();
        waiting.forEach(outgoing -> outgoing.acknowledged().completeExceptionally(lost()));
        waiting.clear();
        events.ended(this);
    }

    private static LinkException lost() {
        return new LinkException("the connection was lost");
    }

    private static MqttFixedHeader header(MqttMessageType type) {
        return new MqttFixedHeader(type, false, MqttQoS.AT_MOST_ONCE, false, 0);
    }
}
