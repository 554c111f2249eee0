package io.quantfleet.controlplane.testing;

import static io.quantfleet.controlplane.testing.Patience.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Timestamp;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import io.quantfleet.protocols.manifest.ManifestVerifier;
import io.quantfleet.protocols.manifest.Verification;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import io.quantfleet.protocols.signing.VerificationKeys;
import io.quantfleet.protocols.trust.Trust;
import io.quantfleet.protocols.trust.TrustStore;
import io.quantfleet.protocols.v1.Chunk;
import io.quantfleet.protocols.v1.ChunkedArtifact;
import io.quantfleet.protocols.v1.DeploymentTrace;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.Presence;
import io.quantfleet.protocols.v1.ReportedState;
import io.quantfleet.protocols.v1.TelemetryWindow;
import io.restassured.path.json.JsonPath;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.HdrHistogram.Histogram;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;

/** Stands in for a device: verifies manifests and chunks as one does, and reports what the test tells it to. */
public final class FakeDevice implements AutoCloseable {

    private final Map<String, byte[]> received = new ConcurrentHashMap<>();
    private final Map<String, List<UserProperty>> properties = new ConcurrentHashMap<>();
    private final DeviceId id;
    private final String deviceClass;
    private final Trust trusted;
    private final MqttClient client;
    private final MqttConnectionOptions options = new MqttConnectionOptions();
    private long reports;
    private long windows;
    private final Instant begun = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(1, ChronoUnit.HOURS);

    /** Connects with what enrolment answered. */
    public FakeDevice(String deviceClass, JsonPath enrolled) throws MqttException {
        this.id = new DeviceId(enrolled.getString("deviceId"));
        this.deviceClass = deviceClass;
        this.trusted = Trust.pinned(
                enrolled.getLong("trustVersion"),
                VerificationKeys.ofPem(enrolled.getList("trustedKeys")),
                VerificationKeys.ofPem(enrolled.getList("rootKeys")));
        this.client = new MqttClient(enrolled.getString("mqttUri"), id.value(), new MemoryPersistence());
        options.setUserName(id.value());
        options.setPassword(enrolled.getString("credential").getBytes(StandardCharsets.UTF_8));
        options.setWill(
                MqttTopics.of(id, Channel.PRESENCE),
                new MqttMessage(presence(false).toByteArray(), 1, true, null));
        client.setCallback(new Callback());
        comeBack();
    }

    /** Connects, after the start or after it was away. */
    public void comeBack() throws MqttException {
        client.connect(options);
        client.subscribe(MqttTopics.of(id, Channel.DESIRED), 1);
        publish(Channel.PRESENCE, presence(true), true);
    }

    /** Is gone, without a word; what it wanted last is forgotten. */
    public void goOffline() throws MqttException {
        client.disconnectForcibly(0, 0, false);
        received.remove(MqttTopics.of(id, Channel.DESIRED));
    }

    private Presence presence(boolean online) {
        return Presence.newBuilder()
                .setDeviceId(id.value())
                .setOnline(online)
                .setAgentVersion("1.0.0")
                .setDeviceClass(deviceClass)
                .setAt(timestamp(Instant.now()))
                .build();
    }

    /** Waits for a manifest newer than {@code sequence} that a device would accept. */
    public Manifest awaitManifest(long sequence) {
        ManifestVerifier verifier = new ManifestVerifier(
                TrustStore.inMemory(trusted),
                new ManifestVerifier.Verifying(id, deviceClass, "1.0.0"),
                Clock.systemUTC());
        String topic = MqttTopics.of(id, Channel.DESIRED);
        return await("a manifest for " + id)
                .until(
                        () -> verifier.verify(received.getOrDefault(topic, new byte[0]), trust -> sequence)
                                        instanceof Verification.Accepted accepted
                                ? accepted.manifest()
                                : Manifest.getDefaultInstance(),
                        manifest -> manifest.getSequence() > sequence);
    }

    /** The bytes of the desired state that came last; empty if it was taken back or none ever came. */
    public byte[] wants() {
        return received.getOrDefault(MqttTopics.of(id, Channel.DESIRED), new byte[0]);
    }

    /** Fetches an artifact chunk by chunk and checks every hash. */
    public byte[] fetch(ChunkedArtifact artifact) throws MqttException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (ChunkRef chunk :
                artifact.getChunksList().stream().map(ChunkRef::of).toList()) {
            String topic = MqttTopics.chunk(chunk.name());
            client.subscribe(topic, 1);
            byte[] bytes = await("chunk " + chunk.name())
                    .until(() -> received.getOrDefault(topic, new byte[0]), found -> found.length > 0);
            content.writeBytes(chunk.decode(bytes)
                    .orElseThrow(() -> new IllegalStateException("chunk " + chunk.name() + " has other content")));
        }
        return content.toByteArray();
    }

    /** Fetches what it may have fetched before. */
    public byte[] fetchAnew(ChunkedArtifact artifact) throws MqttException {
        for (Chunk chunk : artifact.getChunksList()) {
            received.remove(MqttTopics.chunk(ChunkRef.of(chunk).name()));
        }
        return fetch(artifact);
    }

    /** Whether the chunk is on the broker, as far as this device, which subscribed to it, has heard. */
    public boolean hasChunk(Sha256 name) {
        return received.getOrDefault(MqttTopics.chunk(name), new byte[0]).length > 0;
    }

    /** The user property of that name on the desired state that came last; empty if it has none. */
    public String desiredProperty(String name) {
        return properties.getOrDefault(MqttTopics.of(id, Channel.DESIRED), List.of()).stream()
                .filter(property -> property.getKey().equals(name))
                .map(UserProperty::getValue)
                .findFirst()
                .orElse("");
    }

    /** Reports that a deployment came to an end, with what its steps took, in the trace that it came in. */
    public void reportActive(Manifest manifest, DeploymentTrace steps) throws MqttException {
        ReportedState report =
                next(manifest, DeviceState.DEVICE_STATE_ACTIVE).setTrace(steps).build();
        MqttMessage message = new MqttMessage(report.toByteArray(), 1, true, new MqttProperties());
        message.getProperties().setUserProperties(List.of(new UserProperty("traceparent", steps.getTraceparent())));
        client.publish(MqttTopics.of(id, Channel.REPORTED), message);
    }

    public void report(Manifest manifest, DeviceState state) throws MqttException {
        publish(Channel.REPORTED, next(manifest, state).build(), true);
    }

    /** Reports what became of a variant that was active. */
    public void reportAfterActive(Manifest manifest, DeviceState state) throws MqttException {
        publish(Channel.REPORTED, next(manifest, state).setAfterActive(true).build(), true);
    }

    private ReportedState.Builder next(Manifest manifest, DeviceState state) {
        reports++;
        ReportedState.Builder report = ReportedState.newBuilder()
                .setDeviceId(id.value())
                .setReportNumber(reports)
                .setState(state)
                .setDeploymentId(manifest.getDeploymentId())
                .setSequence(manifest.getSequence())
                .setFetchedBytes(1000)
                .setTotalBytes(1000)
                .setAgentVersion("1.0.0")
                .setAt(timestamp(Instant.now()));
        if (state == DeviceState.DEVICE_STATE_ACTIVE) {
            report.setActiveVariantSha256(manifest.getVariant().getArtifact().getSha256())
                    .setActiveModelName(manifest.getModelName())
                    .setActiveModelVersion(manifest.getModelVersion());
        }
        if (state == DeviceState.DEVICE_STATE_REFUSED) {
            report.setReasonCode("SELF_TEST_FAILED").setReason("it was told to");
        }
        return report;
    }

    /** Publishes the next window: ten right answers, one wrong, each in {@code micros}. */
    public TelemetryWindow sendWindow(Manifest manifest, long micros) throws MqttException {
        return sendWindow(manifest, micros, 10, 1);
    }

    /** Publishes the next window: so many right answers and wrong ones, each in {@code micros}. */
    public TelemetryWindow sendWindow(Manifest manifest, long micros, long right, long wrong) throws MqttException {
        return send(nextWindow(manifest, micros, right + wrong)
                .setRight(right)
                .setWrong(wrong)
                .build());
    }

    /** Publishes the next window: requests whose true labels came, so many of them answered rightly and wrongly. */
    public TelemetryWindow sendFeedback(Manifest manifest, long right, long wrong) throws MqttException {
        return send(nextWindow(manifest, 1000, right + wrong)
                .setRequests(right + wrong)
                .setFeedbackRight(right)
                .setFeedbackWrong(wrong)
                .build());
    }

    private TelemetryWindow send(TelemetryWindow window) throws MqttException {
        publish(Channel.TELEMETRY, window, false);
        return window;
    }

    private TelemetryWindow.Builder nextWindow(Manifest manifest, long micros, long inferences) {
        windows++;
        Histogram histogram = new Histogram(1, 3_600_000_000L, 2);
        histogram.recordValueWithCount(micros, inferences);
        ByteBuffer encoded = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        histogram.encodeIntoCompressedByteBuffer(encoded);
        encoded.flip();
        Instant end = begun.plusSeconds(windows);
        return TelemetryWindow.newBuilder()
                .setDeviceId(id.value())
                .setWindowNumber(windows)
                .setStart(timestamp(end.minusSeconds(1)))
                .setEnd(timestamp(end))
                .setDeploymentId(manifest.getDeploymentId())
                .setVariantSha256(manifest.getVariant().getArtifact().getSha256())
                .setModelName(manifest.getModelName())
                .setModelVersion(manifest.getModelVersion())
                .setDeviceClass(deviceClass)
                .setFleet(manifest.getFleet())
                .setLatencyHistogram(ByteString.copyFrom(encoded))
                .setInferences(inferences);
    }

    public void publish(Channel channel, MessageLite message, boolean retained) throws MqttException {
        client.publish(MqttTopics.of(id, channel), message.toByteArray(), 1, retained);
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    /** Parses bytes that are known to be a manifest. */
    public static Manifest parse(byte[] manifest) {
        try {
            return Manifest.parseFrom(manifest);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Goes without saying goodbye, so that the broker publishes the last will. */
    @Override
    public void close() throws MqttException {
        client.disconnectForcibly(0, 0, false);
        client.close();
    }

    private final class Callback implements MqttCallback {
        @Override
        public void messageArrived(String topic, MqttMessage message) {
            properties.put(topic, message.getProperties().getUserProperties());
            received.put(topic, message.getPayload());
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
}
