package io.quantfleet.cli.broker;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** A client that keeps every message it receives. Nothing is retried: what the broker refuses stays refused. */
public final class TestClient implements AutoCloseable {
    private static final long LIMIT_MILLIS = 10_000;

    private final MqttAsyncClient client;
    private final List<Received> received = new CopyOnWriteArrayList<>();

    /** A message as it arrived. */
    public record Received(String topic, ByteString payload, boolean retained) {
        /** The payload as text. */
        public String text() {
            return payload.toStringUtf8();
        }
    }

    /** The message that the broker publishes if the client vanishes. */
    public record Will(String topic, String text) {}

    private boolean resumed;

    private TestClient(MqttAsyncClient client) {
        this.client = client;
    }

    /** Connects with a session that ends with the connection. */
    public static TestClient connect(String uri, String clientId, Login login) throws MqttException {
        return connect(uri, clientId, login, 0, Optional.empty());
    }

    /** Connects with a session that outlives the connection by {@code sessionSeconds}, resuming one if there is. */
    public static TestClient connect(String uri, String clientId, Login login, long sessionSeconds, Optional<Will> will)
            throws MqttException {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setUserName(login.userName());
        options.setPassword(login.password().getBytes(StandardCharsets.UTF_8));
        options.setCleanStart(sessionSeconds == 0);
        options.setSessionExpiryInterval(sessionSeconds);
        options.setAutomaticReconnect(false);
        will.ifPresent(last -> {
            MqttMessage message = new MqttMessage(last.text().getBytes(StandardCharsets.UTF_8), 1, true, null);
            options.setWill(last.topic(), message);
            options.setWillMessageProperties(new MqttProperties());
        });
        MqttAsyncClient client = new MqttAsyncClient(uri, clientId, new MemoryPersistence());
        TestClient collecting = new TestClient(client);
        client.setCallback(collecting.new Collector());
        try {
            IMqttToken connected = client.connect(options);
            connected.waitForCompletion(LIMIT_MILLIS);
            collecting.resumed = connected.getSessionPresent();
            return collecting;
        } catch (MqttException e) {
            client.close(true);
            throw e;
        }
    }

    /** Subscribes with QoS 1; whether the broker granted it. */
    public boolean subscribe(String filter) {
        try {
            IMqttToken token = client.subscribe(filter, 1);
            token.waitForCompletion(LIMIT_MILLIS);
            return token.getReasonCodes()[0] < 0x80;
        } catch (MqttException refused) {
            return false;
        }
    }

    /** Publishes with QoS 1; whether the broker took it. */
    public boolean publish(String topic, byte[] payload, boolean retained) {
        try {
            IMqttToken token = client.publish(topic, payload, 1, retained);
            token.waitForCompletion(LIMIT_MILLIS);
            return token.getReasonCodes()[0] < 0x80;
        } catch (MqttException refused) {
            return false;
        }
    }

    /** Publishes text that is not retained. */
    public boolean publish(String topic, String text) {
        return publish(topic, text.getBytes(StandardCharsets.UTF_8), false);
    }

    /** What has arrived so far, in order. */
    public List<Received> received() {
        return List.copyOf(received);
    }

    /** The texts of what has arrived so far, in order. */
    public List<String> texts() {
        return received.stream().map(Received::text).toList();
    }

    /** Whether the broker knew the session when the connection began. */
    public boolean hasResumedItsSession() {
        return resumed;
    }

    /** Whether the connection stands. */
    public boolean isConnected() {
        return client.isConnected();
    }

    /** Cuts the connection without a word, as a device does that loses power. */
    public void vanish() throws MqttException {
        client.disconnectForcibly(0, 0, false);
        client.close(true);
    }

    @Override
    public void close() throws MqttException {
        if (client.isConnected()) {
            client.disconnect().waitForCompletion(LIMIT_MILLIS);
        }
        client.close(true);
    }

    private final class Collector implements MqttCallback {
        @Override
        public void messageArrived(String topic, MqttMessage message) {
            received.add(new Received(topic, ByteString.copyFrom(message.getPayload()), message.isRetained()));
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            // Tests ask isConnected.
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {
            // Tests look at what arrives.
        }

        @Override
        public void deliveryComplete(IMqttToken token) {
            // publish waits by itself.
        }

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {
            // connect waits by itself.
        }

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {
            // No enhanced authentication here.
        }
    }
}
