package io.quantfleet.protocols.wire;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.quantfleet.protocols.kafka.EventType;
import io.quantfleet.protocols.kafka.KafkaTopics;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.trace.TraceParent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What travels on Kafka and on MQTT as an AsyncAPI 3.0 document, as seen by the control plane: made of the topics' classes,
 * the kinds of event, and the descriptors of the messages; comments are those of the schemas.
 */
final class AsyncApiDocument {
    private static final String REF = "$ref";
    private static final String DESCRIPTION = "description";
    private static final Map<String, Object> TRACE_CONTEXT = map(
            "type",
            "string",
            DESCRIPTION,
            "W3C Trace Context, version 00: the span that sent this; only where its trace is recorded");

    /** What the control plane does on Kafka's channels. */
    private static final Map<EventType, List<String>> ACTIONS = new EnumMap<>(Map.of(
            EventType.MODEL_VERSION_REGISTERED, List.of("send", "receive"),
            EventType.QUANTIZATION_JOB_REQUESTED, List.of("send"),
            EventType.QUANTIZATION_JOB_CANCELLED, List.of("send"),
            EventType.QUANTIZATION_PROGRESSED, List.of("receive"),
            EventType.VARIANT_QUANTIZED, List.of("receive"),
            EventType.QUANTIZATION_FAILED, List.of("receive"),
            EventType.TELEMETRY_WINDOW_RECEIVED, List.of("send", "receive"),
            EventType.DEVICE_REPORTED, List.of("send", "receive"),
            EventType.DEVICE_PRESENCE_CHANGED, List.of("send", "receive")));

    private static final Map<String, Map<String, Object>> WELL_KNOWN = Map.of(
            "google.protobuf.Timestamp", map("type", "string", "format", "date-time"),
            "google.protobuf.Duration", map("type", "string", DESCRIPTION, "in seconds, as 3.5s"),
            "google.protobuf.Struct", map("type", "object"));

    private final ProtoComments comments;
    private final Map<String, Object> channels = new LinkedHashMap<>();
    private final Map<String, Object> operations = new LinkedHashMap<>();
    private final Map<String, Object> messages = new TreeMap<>();
    private final Map<String, Object> schemas = new TreeMap<>();

    private AsyncApiDocument(ProtoComments comments) {
        this.comments = comments;
    }

    static Map<String, Object> of(ProtoComments comments) {
        return new AsyncApiDocument(comments).build();
    }

    private Map<String, Object> build() {
        kafka();
        mqtt();
        return map(
                "asyncapi",
                "3.0.0",
                "info",
                map(
                        "title",
                        "Quantfleet events and device messages",
                        "version",
                        "v1",
                        DESCRIPTION,
                        "What the control plane sends and receives on Kafka and over MQTT. docs/wire-protocol.md says how"
                                + " they play together. Schemas are the JSON mapping of the protobuf messages; on the wire"
                                + " is the binary form."),
                "defaultContentType",
                "application/protobuf",
                "servers",
                map(
                        "kafka",
                        map("host", "localhost:9092", "protocol", "kafka"),
                        "mqtt",
                        map("host", "localhost:1883", "protocol", "mqtt", "protocolVersion", "5.0")),
                "channels",
                channels,
                "operations",
                operations,
                "components",
                map(
                        "messages",
                        messages,
                        "schemas",
                        schemas,
                        "messageTraits",
                        map("cloudEvent", map("headers", cloudEventHeaders()))));
    }

    private static Map<String, Object> cloudEventHeaders() {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (String header :
                List.of("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_subject", "content-type")) {
            properties.put(header, map("type", "string"));
        }
        properties.put(TraceParent.NAME, TRACE_CONTEXT);
        return map(
                "type",
                "object",
                DESCRIPTION,
                "CloudEvents 1.0, binary mode. Events come at least once: act on a ce_id once",
                "required",
                List.of("ce_specversion", "ce_id", "ce_type", "ce_source"),
                "properties",
                properties);
    }

    private void kafka() {
        Map<String, List<EventType>> topics = Arrays.stream(EventType.values())
                .collect(Collectors.groupingBy(
                        type -> type.topic(KafkaTopics.DEFAULT), LinkedHashMap::new, Collectors.toList()));
        topics.forEach((topic, types) -> {
            Map<String, Object> carried = new LinkedHashMap<>();
            for (EventType type : types) {
                carried.put(name(type.prototype()), ref("#/components/messages/" + name(type.prototype())));
                messages.put(
                        name(type.prototype()),
                        map(
                                "name",
                                type.ceType(),
                                "traits",
                                List.of(ref("#/components/messageTraits/cloudEvent")),
                                "payload",
                                schema(type.prototype().getDescriptorForType())));
            }
            channels.put(
                    channelOfTopic(topic),
                    map("address", topic, "servers", List.of(ref("#/servers/kafka")), "messages", carried));
            kafkaOperations(channelOfTopic(topic), types);
        });
        String job = name(EventType.QUANTIZATION_JOB_REQUESTED.prototype());
        channels.put(
                channelOfTopic(KafkaTopics.DEFAULT.trainingJobs()),
                map(
                        "address",
                        KafkaTopics.DEFAULT.trainingJobs(),
                        DESCRIPTION,
                        "Jobs that may train, for workers that can",
                        "servers",
                        List.of(ref("#/servers/kafka")),
                        "messages",
                        map(job, ref("#/components/messages/" + job))));
        kafkaOperations(
                channelOfTopic(KafkaTopics.DEFAULT.trainingJobs()), List.of(EventType.QUANTIZATION_JOB_REQUESTED));
        channels.put(
                channelOfTopic(KafkaTopics.DEFAULT.deadLetters()),
                map(
                        "address",
                        KafkaTopics.DEFAULT.deadLetters(),
                        DESCRIPTION,
                        "What could not be used, as it came, with headers that say why",
                        "servers",
                        List.of(ref("#/servers/kafka"))));
        String deadLetters = channelOfTopic(KafkaTopics.DEFAULT.deadLetters());
        operations.put("send-" + deadLetters, map("action", "send", "channel", ref("#/channels/" + deadLetters)));
    }

    /** Sending and receiving, each with the messages for which that is done. */
    private void kafkaOperations(String channel, List<EventType> types) {
        for (String action : List.of("send", "receive")) {
            List<Object> concerned = types.stream()
                    .filter(type -> ACTIONS.getOrDefault(type, List.of()).contains(action))
                    .<Object>map(type -> ref("#/channels/" + channel + "/messages/" + name(type.prototype())))
                    .toList();
            if (!concerned.isEmpty()) {
                operations.put(
                        action + "-" + channel,
                        map("action", action, "channel", ref("#/channels/" + channel), "messages", concerned));
            }
        }
    }

    private static String channelOfTopic(String topic) {
        return topic.replaceFirst("^quantfleet\\.", "").replaceFirst("\\.v\\d+$", "");
    }

    private void mqtt() {
        for (MqttTopics.Channel channel : MqttTopics.Channel.values()) {
            Message message = channel.message();
            String name = name(message);
            Map<String, Object> described = map("name", name, "payload", schema(message.getDescriptorForType()));
            if (channel == MqttTopics.Channel.DESIRED || channel == MqttTopics.Channel.REPORTED) {
                described.put("headers", userProperties());
            }
            messages.put(name, described);
            String key = channel.name().toLowerCase(Locale.ROOT);
            channels.put(
                    key,
                    map(
                            "address",
                            MqttTopics.everyDevice(channel).replace("+", "{deviceId}"),
                            "servers",
                            List.of(ref("#/servers/mqtt")),
                            "parameters",
                            map("deviceId", map(DESCRIPTION, "The device's id")),
                            "messages",
                            map(name, ref("#/components/messages/" + name))));
            operation(key, channel.isFromDevice() ? "receive" : "send", channel.isRetained());
        }
        channels.put(
                "chunk",
                map(
                        "address",
                        MqttTopics.everyChunk().replace("+", "{sha256}"),
                        "servers",
                        List.of(ref("#/servers/mqtt")),
                        "parameters",
                        map(
                                "sha256",
                                map(DESCRIPTION, "The SHA-256 of the very bytes that are published, in hexadecimal")),
                        "messages",
                        map("chunk", map("contentType", "application/octet-stream"))));
        operation("chunk", "send", true);
    }

    private static Map<String, Object> userProperties() {
        return map(
                "type",
                "object",
                DESCRIPTION,
                "User properties of the message",
                "properties",
                map(TraceParent.NAME, TRACE_CONTEXT));
    }

    private void operation(String channel, String action, boolean retained) {
        operations.put(
                action + "-" + channel,
                map(
                        "action",
                        action,
                        "channel",
                        ref("#/channels/" + channel),
                        "bindings",
                        map("mqtt", map("qos", 1, "retain", retained, "bindingVersion", "0.2.0"))));
    }

    private static String name(Message message) {
        return message.getDescriptorForType().getName();
    }

    /** A reference to a message's schema, which is made with all that it refers to. */
    private Map<String, Object> schema(Descriptor message) {
        String name = message.getFullName();
        if (WELL_KNOWN.containsKey(name)) {
            return WELL_KNOWN.get(name);
        }
        String key = name.replaceFirst("^quantfleet\\.v1\\.", "");
        if (!schemas.containsKey(key)) {
            Map<String, Object> schema = new LinkedHashMap<>();
            schemas.put(key, schema);
            schema.put("type", "object");
            comments.ofMessage(message.getName()).ifPresent(text -> schema.put(DESCRIPTION, text));
            Map<String, Object> properties = new LinkedHashMap<>();
            for (FieldDescriptor field : message.getFields()) {
                properties.put(field.getJsonName(), property(message, field));
            }
            schema.put("properties", properties);
        }
        return ref("#/components/schemas/" + key);
    }

    private Map<String, Object> property(Descriptor message, FieldDescriptor field) {
        Map<String, Object> type;
        if (field.isMapField()) {
            type = map(
                    "type",
                    "object",
                    "additionalProperties",
                    value(field.getMessageType().findFieldByName("value")));
        } else {
            type = field.isRepeated() ? map("type", "array", "items", value(field)) : value(field);
        }
        Map<String, Object> property = new LinkedHashMap<>(type);
        property.put("x-protobuf-field", field.getNumber());
        Optional<String> comment = comments.ofField(message.getName(), field.getName());
        comment.ifPresent(text -> property.put(DESCRIPTION, text));
        return property;
    }

    private Map<String, Object> value(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case MESSAGE -> schema(field.getMessageType());
            case ENUM ->
                map(
                        "type",
                        "string",
                        "enum",
                        field.getEnumType().getValues().stream()
                                .map(constant -> constant.getName())
                                .toList());
            case BYTE_STRING -> map("type", "string", "contentEncoding", "base64");
            case STRING -> map("type", "string");
            case BOOLEAN -> map("type", "boolean");
            case INT -> map("type", "integer", "format", format(field));
            case LONG -> map("type", List.of("string", "integer"), "format", format(field));
            case FLOAT, DOUBLE -> map("type", "number");
        };
    }

    private static String format(FieldDescriptor field) {
        return field.getType().name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> ref(String to) {
        return map(REF, to);
    }

    /** Keys and values in turn, in this order. */
    private static Map<String, Object> map(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    /** Every reference within a document that leads nowhere. */
    static Set<String> dangling(Map<String, Object> document) {
        Set<String> dangling = new LinkedHashSet<>();
        for (String reference : references(document)) {
            Object at = document;
            for (String step : reference.substring(2).split("/")) {
                at = at instanceof Map<?, ?> map ? map.get(step) : null;
            }
            if (at == null) {
                dangling.add(reference);
            }
        }
        return dangling;
    }

    private static List<String> references(Object node) {
        List<String> found = new ArrayList<>();
        if (node instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                if (key.equals(REF)) {
                    found.add((String) value);
                } else {
                    found.addAll(references(value));
                }
            });
        } else if (node instanceof List<?> list) {
            list.forEach(item -> found.addAll(references(item)));
        }
        return found;
    }
}
