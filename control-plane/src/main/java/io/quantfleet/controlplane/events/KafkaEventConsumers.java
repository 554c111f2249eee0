package io.quantfleet.controlplane.events;

import io.micrometer.core.instrument.MeterRegistry;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.trace.Traces;
import io.quantfleet.protocols.kafka.KafkaTopics;
import io.quantfleet.protocols.v1.DevicePresenceChanged;
import io.quantfleet.protocols.v1.DeviceReported;
import io.quantfleet.protocols.v1.ModelVersionRegistered;
import io.quantfleet.protocols.v1.QuantizationFailed;
import io.quantfleet.protocols.v1.QuantizationProgressed;
import io.quantfleet.protocols.v1.TelemetryWindowReceived;
import io.quantfleet.protocols.v1.VariantQuantized;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The loops that read the topics, each with the handlers of the messages that travel there. */
@Singleton
public class KafkaEventConsumers implements AutoCloseable {
    private static final int SESSION_TIMEOUT_MS = 10_000;
    private static final int HEARTBEAT_MS = 3_000;
    private static final int MAX_POLL_RECORDS = 1000;

    /** Telemetry is counted by the batch: the larger, the cheaper each window, and none waits for long. */
    private static final int MAX_POLL_WINDOWS = 5000;

    private static final int FETCH_WINDOWS_BYTES = 512 << 10;
    private static final int FETCH_WINDOWS_WAIT_MS = 250;

    private final KafkaSettings settings;
    private final KafkaTopics topics;
    private final Database database;
    private final KafkaDeadLetters deadLetters;
    private final MeterRegistry meters;
    private final Traces traces;
    private final List<EventHandler<?>> handlers;
    private final List<KafkaConsumerLoop> loops = new ArrayList<>();

    KafkaEventConsumers(
            KafkaSettings settings,
            KafkaTopics topics,
            Database database,
            KafkaDeadLetters deadLetters,
            Instance<EventHandler<?>> handlers,
            MeterRegistry meters,
            Traces traces) {
        this.traces = traces;
        this.settings = settings;
        this.topics = topics;
        this.database = database;
        this.deadLetters = deadLetters;
        this.meters = meters;
        this.handlers =
                handlers.stream().<EventHandler<?>>map(handler -> handler).toList();
    }

    /** Starts reading. */
    public void start() {
        start(topics.modelEvents(), Set.of(ModelVersionRegistered.class));
        start(
                topics.quantizationResults(),
                Set.of(QuantizationProgressed.class, VariantQuantized.class, QuantizationFailed.class));
        start(topics.deviceEvents(), Set.of(DeviceReported.class, DevicePresenceChanged.class));
        start(topics.deviceTelemetry(), Set.of(TelemetryWindowReceived.class));
    }

    private void start(String topic, Set<Class<?>> messages) {
        List<EventHandler<?>> own = handlers.stream()
                .filter(handler -> messages.contains(handler.messageType()))
                .toList();
        KafkaConsumerLoop loop = new KafkaConsumerLoop(
                topic, () -> consumer(topic), new KafkaEventDispatcher(database, own, traces), deadLetters, meters);
        loops.add(loop);
        loop.start();
    }

    private Consumer<String, byte[]> consumer(String topic) {
        Map<String, Object> properties = settings.clientProperties(topic);
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, topics.controlPlaneGroup(topic));
        // A static member: killed and started again, it has its partitions back without waiting for its old self.
        properties.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, settings.instanceId());
        properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_TIMEOUT_MS);
        properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, HEARTBEAT_MS);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
        if (topic.equals(topics.deviceTelemetry())) {
            properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_WINDOWS);
            properties.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, FETCH_WINDOWS_BYTES);
            properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WINDOWS_WAIT_MS);
        }
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** Stops reading; what was acted on is committed. */
    @Override
    public void close() {
        loops.forEach(KafkaConsumerLoop::requestStop);
        loops.forEach(KafkaConsumerLoop::close);
        loops.clear();
    }
}
