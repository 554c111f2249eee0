package io.quantfleet.controlplane.events;

import io.quantfleet.protocols.kafka.KafkaTopics;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Puts aside records that can't be used: as they came, with headers that say from where and why. */
@Singleton
class KafkaDeadLetters {
    private static final String PREFIX = "quantfleet-";

    private final KafkaEventSender sender;
    private final KafkaTopics topics;

    KafkaDeadLetters(KafkaEventSender sender, KafkaTopics topics) {
        this.sender = sender;
        this.topics = topics;
    }

    CompletableFuture<Void> put(ConsumerRecord<String, byte[]> record, Outcome.Reject why) {
        ProducerRecord<String, byte[]> letter = new ProducerRecord<>(
                topics.deadLetters(), null, record.timestamp(), record.key(), record.value(), record.headers());
        header(letter, "reason-code", why.code().name());
        header(letter, "reason", why.reason());
        header(letter, "origin-topic", record.topic());
        header(letter, "origin-partition", Integer.toString(record.partition()));
        header(letter, "origin-offset", Long.toString(record.offset()));
        return sender.send(letter);
    }

    private static void header(ProducerRecord<String, byte[]> letter, String name, String value) {
        letter.headers().add(PREFIX + name, value.getBytes(StandardCharsets.UTF_8));
    }
}
