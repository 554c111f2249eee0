package io.quantfleet.protocols.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Objects;

/**
 * Turns messages into CloudEvents and back. On Kafka they travel in binary mode: the attributes as {@code ce_} headers,
 * the protobuf bytes as the record's value.
 */
public final class Events {
    /** The content type of every event that Quantfleet writes. */
    public static final String PROTOBUF = "application/protobuf";

    private Events() {}

    /**
     * Wraps a message.
     *
     * @param id identifies the effect: consumers act on an id once
     * @param source the program that speaks, a relative URI such as {@code /control-plane}
     * @param subject what the event is about: a model name, a job id, a device id
     */
    public static CloudEvent of(Message data, String id, String source, String subject, Instant time) {
        return CloudEventBuilder.v1()
                .withId(id)
                .withType(EventType.of(data).ceType())
                .withSource(URI.create(source))
                .withSubject(subject)
                .withTime(time.atOffset(ZoneOffset.UTC))
                .withData(PROTOBUF, data.toByteArray())
                .build();
    }

    /**
     * The message inside an event whose data is protobuf.
     *
     * @throws MalformedEventException if the type is unknown, the content type is another, or the data doesn't parse
     */
    public static Message data(CloudEvent event) {
        EventType type = type(event);
        String contentType = Objects.requireNonNullElse(event.getDataContentType(), PROTOBUF);
        if (!contentType.equals(PROTOBUF)) {
            throw new MalformedEventException(
                    "event " + event.getId() + " has content type '" + contentType + "'; expected " + PROTOBUF);
        }
        var data = event.getData();
        if (data == null) {
            throw new MalformedEventException("event " + event.getId() + " of type " + type.ceType() + " has no data");
        }
        try {
            return type.prototype().getParserForType().parseFrom(data.toBytes());
        } catch (InvalidProtocolBufferException e) {
            throw new MalformedEventException(
                    "the data of event " + event.getId() + " is no " + type.ceType() + ": " + e.getMessage(), e);
        }
    }

    /**
     * The kind of an event.
     *
     * @throws MalformedEventException if this version doesn't know it
     */
    public static EventType type(CloudEvent event) {
        return EventType.ofCeType(event.getType())
                .orElseThrow(() -> new MalformedEventException(
                        "event " + event.getId() + " has the unknown type '" + event.getType() + "'"));
    }
}
