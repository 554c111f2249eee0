package io.quantfleet.cli.bench;

import io.cloudevents.kafka.KafkaMessageFactory;
import io.quantfleet.cli.CliException;
import io.quantfleet.protocols.kafka.Events;
import io.quantfleet.protocols.kafka.KafkaTopics;
import io.quantfleet.protocols.v1.VariantQuantized;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Tells the control plane of finished jobs, as a worker does. */
final class KafkaResults {
    private KafkaResults() {}

    static void send(String bootstrapServers, VariantQuantized result) {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringSerializer(), new ByteArraySerializer())) {
            var event = Events.of(result, UUID.randomUUID().toString(), "/bench", result.getJobId(), Instant.now());
            producer.send(KafkaMessageFactory.<String>createWriter(
                                    KafkaTopics.DEFAULT.quantizationResults(), null, null, result.getJobId())
                            .writeBinary(event))
                    .get();
        } catch (ExecutionException e) {
            throw new CliException("Kafka does not take the result of job " + result.getJobId(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted", e);
        }
    }
}
