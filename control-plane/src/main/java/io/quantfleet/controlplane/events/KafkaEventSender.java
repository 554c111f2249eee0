package io.quantfleet.controlplane.events;

import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.quantfleet.controlplane.trace.Traces;
import io.quantfleet.protocols.trace.TraceParent;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends records to Kafka: acknowledged by all in-sync replicas, idempotent, in order within a partition. Safe for use by
 * several threads.
 */
@Singleton
public class KafkaEventSender {
    /** What comes within this time travels in one request: a fleet's reports come one by one. */
    private static final int LINGER_MS = 50;

    private static final int MAX_BLOCK_MS = 5_000;
    private static final int REQUEST_TIMEOUT_MS = 10_000;
    private static final int DELIVERY_TIMEOUT_MS = 20_000;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(3);

    private final KafkaProducer<String, byte[]> producer;

    private final Traces traces;

    KafkaEventSender(KafkaSettings settings, Traces traces) {
        this.traces = traces;
        Map<String, Object> properties = settings.clientProperties("producer");
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MS);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_TIMEOUT_MS);
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 16L << 20);
        this.producer = new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer());
    }

    /**
     * Sends an event in binary mode. The future fails if Kafka hasn't acknowledged it within some 20 seconds.
     *
     * @param trace what the event follows from; a span of the sending goes with the event
     */
    public CompletableFuture<Void> send(String topic, String key, CloudEvent event, Optional<TraceParent> trace) {
        ProducerRecord<String, byte[]> record =
                KafkaMessageFactory.<String>createWriter(topic, null, null, key).writeBinary(event);
        if (trace.isEmpty()) {
            return send(record);
        }
        Span span = KafkaTraceContext.describe(
                        traces.below(trace.get(), SpanKind.PRODUCER, "send " + topic), topic, "send")
                .setAttribute("cloudevents.event_id", event.getId())
                .setAttribute("cloudevents.event_type", event.getType())
                .startSpan();
        Traces.of(span).ifPresent(context -> KafkaTraceContext.write(record.headers(), context));
        return send(record).whenComplete((sent, failure) -> {
            if (failure != null) {
                span.setStatus(StatusCode.ERROR, failure.toString());
            }
            span.end();
        });
    }

    CompletableFuture<Void> send(ProducerRecord<String, byte[]> record) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        try {
            // The callback tells of success and failure; Kafka's own future has nothing to add.
            var unused = producer.send(record, (metadata, failure) -> {
                if (failure == null) {
                    sent.complete(null);
                } else {
                    sent.completeExceptionally(failure);
                }
            });
        } catch (KafkaException | IllegalStateException e) {
            sent.completeExceptionally(e);
        }
        return sent;
    }

    @PreDestroy
    void close() {
        producer.close(CLOSE_PATIENCE);
    }
}
