package io.quantfleet.agent.testkit;

import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Presence;
import io.quantfleet.protocols.v1.ReportedState;
import io.quantfleet.protocols.v1.SignedManifest;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.net.URI;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** The control plane's side of MQTT: publishes manifests and chunks, and listens to one device. */
public final class TestControlPlane implements AutoCloseable {
    public final SigningKey key;
    public final List<ReportedState> reports = new CopyOnWriteArrayList<>();
    public final List<Presence> presences = new CopyOnWriteArrayList<>();
    public final List<TelemetryWindow> windows = new CopyOnWriteArrayList<>();

    private final DeviceId device;
    private final MqttAsyncClient client;
    private MqttAsyncClient publisher;

    public TestControlPlane(URI broker, SigningKey key, DeviceId device) throws MqttException {
        this.key = key;
        this.device = device;
        this.client = new MqttAsyncClient(broker.toString(), "control-plane-of-" + device, new MemoryPersistence());
        client.setCallback(new Listener());
        client.connect().waitForCompletion();
        for (Channel channel : List.of(Channel.REPORTED, Channel.PRESENCE, Channel.TELEMETRY)) {
            client.subscribe(new MqttSubscription[] {new MqttSubscription(MqttTopics.of(device, channel), 1)})
                    .waitForCompletion();
        }
        this.publisher = connected();
    }

    /** Publishes the chunks, then the signed manifest. */
    public void deploy(TestDeployment deployment) throws MqttException {
        publishChunks(deployment.chunks());
        desire(sign(deployment));
    }

    public SignedManifest sign(TestDeployment deployment) {
        return new ManifestSigner(key, Optional.empty()).sign(deployment.manifest());
    }

    public void desire(SignedManifest manifest) throws MqttException {
        publish(MqttTopics.of(device, Channel.DESIRED), manifest.toByteArray());
    }

    public void publishChunks(Map<Sha256, byte[]> chunks) throws MqttException {
        for (Map.Entry<Sha256, byte[]> chunk : chunks.entrySet()) {
            publish(MqttTopics.chunk(chunk.getKey()), chunk.getValue());
        }
    }

    /** The states reported of a deployment, in order. */
    public List<DeviceState> statesOf(String deploymentId) {
        return reports.stream()
                .filter(report -> report.getDeploymentId().equals(deploymentId))
                .map(ReportedState::getState)
                .toList();
    }

    /** The windows as a receiver counts them: one that came again, with its number and content, is the same one. */
    public List<TelemetryWindow> distinctWindows() {
        return List.copyOf(new LinkedHashSet<>(windows));
    }

    public ReportedState lastReport() {
        return reports.get(reports.size() - 1);
    }

    /** Publishes anything anywhere, retained. */
    public void publish(String topic, byte[] payload) throws MqttException {
        MqttMessage message = new MqttMessage(payload, 1, true, null);
        try {
            publisher.publish(topic, message).waitForCompletion();
        } catch (MqttException e) {
            if (e.getReasonCode() != MqttClientException.REASON_CODE_MAX_INFLIGHT) {
                throw e;
            }
            // Paho counts messages in flight that were acknowledged long ago; a new connection counts from none.
            close(publisher);
            publisher = connected();
            publisher.publish(topic, message).waitForCompletion();
        }
    }

    private MqttAsyncClient connected() throws MqttException {
        MqttAsyncClient connected = new MqttAsyncClient(
                client.getServerURI(), "publisher-of-" + device + "-" + UUID.randomUUID(), new MemoryPersistence());
        connected.connect().waitForCompletion();
        return connected;
    }

    @Override
    public void close() throws MqttException {
        close(publisher);
        close(client);
    }

    private static void close(MqttAsyncClient client) throws MqttException {
        if (client.isConnected()) {
            client.disconnect().waitForCompletion();
        }
        client.close(true);
    }

    private final class Listener implements MqttCallback {
        @Override
        public void messageArrived(String topic, MqttMessage message) throws Exception {
            switch (MqttTopics.parseDevice(topic).orElseThrow().channel()) {
                case REPORTED -> reports.add(ReportedState.parseFrom(message.getPayload()));
                case PRESENCE -> presences.add(Presence.parseFrom(message.getPayload()));
                case TELEMETRY -> windows.add(TelemetryWindow.parseFrom(message.getPayload()));
                case DESIRED -> throw new IllegalStateException("not subscribed to " + topic);
            }
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {}

        @Override
        public void mqttErrorOccurred(MqttException exception) {}

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {}

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {}
    }

    /** The variant that a window is of, in hexadecimal. */
    public static String variant(TelemetryWindow window) {
        return HexFormat.of().formatHex(window.getVariant().toByteArray());
    }
}
