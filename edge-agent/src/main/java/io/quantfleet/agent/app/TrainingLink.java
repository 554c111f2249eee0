package io.quantfleet.agent.app;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.agent.link.DeviceLink;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.ReportedState;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Broker and control plane of a {@link TrainingRun}: one desired state, its chunks, and an ear for what became of it. */
final class TrainingLink implements DeviceLink {
    private final byte[] desired;
    private final Map<Sha256, byte[]> chunks;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final CompletableFuture<DeviceState> outcome = new CompletableFuture<>();
    private final Set<String> topics = new LinkedHashSet<>();
    private Optional<Listener> listener = Optional.empty();

    TrainingLink(byte[] desired, Map<Sha256, byte[]> chunks) {
        this.desired = desired;
        this.chunks = Map.copyOf(chunks);
    }

    /** Waits for the final report. */
    void awaitActive(Duration limit) throws Exception {
        DeviceState state = outcome.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (state != DeviceState.DEVICE_STATE_ACTIVE) {
            throw new IllegalStateException("the model of the training run ended as " + state + "; the log says why");
        }
    }

    @Override
    public synchronized void start(Listener of) {
        listener = Optional.of(of);
        thread.execute(of::sessionLost);
        thread.execute(of::connected);
        topics.forEach(this::send);
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload, boolean retained) {
        MqttTopics.parseDevice(topic)
                .filter(device -> device.channel() == Channel.REPORTED)
                .ifPresent(device -> hear(payload));
        return CompletableFuture.completedFuture(null);
    }

    private void hear(byte[] report) {
        try {
            DeviceState state = ReportedState.parseFrom(report).getState();
            switch (state) {
                case DEVICE_STATE_ACTIVE, DEVICE_STATE_REFUSED, DEVICE_STATE_REVERTED -> outcome.complete(state);
                default -> {}
            }
        } catch (InvalidProtocolBufferException e) {
            outcome.completeExceptionally(e);
        }
    }

    @Override
    public synchronized void subscribe(Collection<String> wanted) {
        topics.addAll(wanted);
        wanted.forEach(this::send);
    }

    private void send(String topic) {
        Optional<byte[]> retained = MqttTopics.parseChunk(topic).isPresent()
                ? MqttTopics.parseChunk(topic).map(chunks::get)
                : Optional.of(desired);
        if (listener.isPresent() && retained.isPresent()) {
            Listener of = listener.get();
            byte[] payload = retained.get();
            thread.execute(() -> of.received(topic, payload, () -> {}));
        }
    }

    @Override
    public synchronized void unsubscribe(Collection<String> unwanted) {
        topics.removeAll(unwanted);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
