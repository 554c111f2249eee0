package io.quantfleet.protocols.kafka;

import com.google.protobuf.Message;
import io.quantfleet.protocols.v1.DevicePresenceChanged;
import io.quantfleet.protocols.v1.DeviceReported;
import io.quantfleet.protocols.v1.ModelVersionRegistered;
import io.quantfleet.protocols.v1.QuantizationFailed;
import io.quantfleet.protocols.v1.QuantizationJobCancelled;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import io.quantfleet.protocols.v1.QuantizationProgressed;
import io.quantfleet.protocols.v1.TelemetryWindowReceived;
import io.quantfleet.protocols.v1.VariantQuantized;
import java.util.Arrays;
import java.util.Optional;

/** The kinds of event on Kafka, each with the versioned wire name that outlives any renaming here. */
public enum EventType {
    MODEL_VERSION_REGISTERED("model-version-registered.v1", ModelVersionRegistered.getDefaultInstance()),
    QUANTIZATION_JOB_REQUESTED("quantization-job-requested.v1", QuantizationJobRequested.getDefaultInstance()),
    QUANTIZATION_JOB_CANCELLED("quantization-job-cancelled.v1", QuantizationJobCancelled.getDefaultInstance()),
    QUANTIZATION_PROGRESSED("quantization-progressed.v1", QuantizationProgressed.getDefaultInstance()),
    VARIANT_QUANTIZED("variant-quantized.v1", VariantQuantized.getDefaultInstance()),
    QUANTIZATION_FAILED("quantization-failed.v1", QuantizationFailed.getDefaultInstance()),
    TELEMETRY_WINDOW_RECEIVED("telemetry-window-received.v1", TelemetryWindowReceived.getDefaultInstance()),
    DEVICE_REPORTED("device-reported.v1", DeviceReported.getDefaultInstance()),
    DEVICE_PRESENCE_CHANGED("device-presence-changed.v1", DevicePresenceChanged.getDefaultInstance());

    private static final String PREFIX = "io.quantfleet.";

    private final String wireName;
    private final Message prototype;

    EventType(String wireName, Message prototype) {
        this.wireName = wireName;
        this.prototype = prototype;
    }

    /** The CloudEvent's type: {@code io.quantfleet.} and the wire name. */
    public String ceType() {
        return PREFIX + wireName;
    }

    /** The topic that it travels on. */
    public String topic(KafkaTopics topics) {
        return switch (this) {
            case MODEL_VERSION_REGISTERED -> topics.modelEvents();
            case QUANTIZATION_JOB_REQUESTED -> topics.quantizationJobs();
            case QUANTIZATION_JOB_CANCELLED -> topics.quantizationControl();
            case QUANTIZATION_PROGRESSED, VARIANT_QUANTIZED, QUANTIZATION_FAILED -> topics.quantizationResults();
            case TELEMETRY_WINDOW_RECEIVED -> topics.deviceTelemetry();
            case DEVICE_REPORTED, DEVICE_PRESENCE_CHANGED -> topics.deviceEvents();
        };
    }

    /** An empty message of its kind. */
    public Message prototype() {
        return prototype;
    }

    static EventType of(Message message) {
        return Arrays.stream(values())
                .filter(type -> type.prototype.getClass().equals(message.getClass()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        message.getClass().getName() + " is not a message that travels on Kafka"));
    }

    static Optional<EventType> ofCeType(String ceType) {
        return Arrays.stream(values())
                .filter(type -> type.ceType().equals(ceType))
                .findFirst();
    }
}
