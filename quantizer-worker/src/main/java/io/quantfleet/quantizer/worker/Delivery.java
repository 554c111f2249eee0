package io.quantfleet.quantizer.worker;

import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.cloudevents.rw.CloudEventRWException;
import io.quantfleet.protocols.kafka.MalformedEventException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of the jobs topic, lent to this worker.
 *
 * @param attempt how often the record has been delivered, this time included
 * @param lastAttempt whether Kafka drops the record if it is not settled this time
 */
record Delivery(ConsumerRecord<byte[], byte[]> record, int attempt, boolean lastAttempt) {
    /** What is the same whenever a record is delivered, and differs from every other record. */
    record Id(String topic, int partition, long offset, long timestamp) {}

    Id id() {
        return new Id(record.topic(), record.partition(), record.offset(), record.timestamp());
    }

    /**
     * The record as an event.
     *
     * @throws MalformedEventException if it is none
     */
    CloudEvent event() {
        try {
            return KafkaMessageFactory.createReader(record).toEvent();
        } catch (CloudEventRWException | IllegalArgumentException e) {
            throw new MalformedEventException("the record is no CloudEvent: " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return record.topic() + "-" + record.partition() + "@" + record.offset();
    }
}
