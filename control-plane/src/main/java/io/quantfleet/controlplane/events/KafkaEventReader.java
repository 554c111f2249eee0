package io.quantfleet.controlplane.events;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.cloudevents.rw.CloudEventRWException;
import io.quantfleet.protocols.kafka.EventType;
import io.quantfleet.protocols.kafka.Events;
import io.quantfleet.protocols.kafka.MalformedEventException;
import io.quantfleet.protocols.v1.ModelVersionRegistered;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Takes records apart into CloudEvents and messages. New-model events may be JSON too: people and scripts write them. */
final class KafkaEventReader {
    private static final String JSON = "application/json";

    private KafkaEventReader() {}

    /** An event as it was on the record. */
    record Read(String id, Message message) {}

    /** @throws MalformedEventException if the record is no event that this version knows */
    static Read read(ConsumerRecord<String, byte[]> record) {
        CloudEvent event;
        try {
            event = KafkaMessageFactory.createReader(record).toEvent();
        } catch (CloudEventRWException | IllegalStateException | IllegalArgumentException e) {
            throw new MalformedEventException(
                    "the record is no CloudEvent in binary mode (headers ce_specversion, ce_id, ce_type, ce_source): "
                            + e.getMessage(),
                    e);
        }
        boolean json = Optional.ofNullable(event.getDataContentType())
                .filter(type -> type.equals(JSON) || type.startsWith(JSON + ";"))
                .isPresent();
        return new Read(event.getId(), json ? jsonMessage(event) : Events.data(event));
    }

    private static Message jsonMessage(CloudEvent event) {
        if (Events.type(event) != EventType.MODEL_VERSION_REGISTERED) {
            throw new MalformedEventException("event " + event.getId() + " of type " + event.getType()
                    + " is JSON; it must be " + Events.PROTOBUF);
        }
        String text = Optional.ofNullable(event.getData())
                .map(CloudEventData::toBytes)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .orElse("");
        ModelVersionRegistered.Builder message = ModelVersionRegistered.newBuilder();
        try {
            JsonFormat.parser().merge(text, message);
        } catch (InvalidProtocolBufferException e) {
            throw new MalformedEventException(
                    "the JSON of event " + event.getId() + " is no ModelVersionRegistered: " + e.getMessage(), e);
        }
        return message.build();
    }
}
