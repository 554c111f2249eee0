package io.quantfleet.controlplane.outbox;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.quantfleet.protocols.kafka.EventType;
import io.quantfleet.protocols.kafka.KafkaTopics;
import io.quantfleet.protocols.v1.ModelVersionRegistered;
import io.quantfleet.protocols.v1.QuantizationJobCancelled;
import io.quantfleet.protocols.v1.QuantizationJobRequested;
import java.util.Arrays;

/** The events that leave by the outbox, with the code they are stored under and the topic they go to. */
public enum OutboxEvent {
    MODEL_VERSION_REGISTERED(
            "model-version-registered.v1", EventType.MODEL_VERSION_REGISTERED, ModelVersionRegistered.parser()),
    QUANTIZATION_JOB_REQUESTED(
            "quantization-job-requested.v1", EventType.QUANTIZATION_JOB_REQUESTED, QuantizationJobRequested.parser()),
    /** The same event on another topic: only workers that can train take the job. */
    TRAINING_JOB_REQUESTED(
            "training-job-requested.v1", EventType.QUANTIZATION_JOB_REQUESTED, QuantizationJobRequested.parser()),
    QUANTIZATION_JOB_CANCELLED(
            "quantization-job-cancelled.v1", EventType.QUANTIZATION_JOB_CANCELLED, QuantizationJobCancelled.parser());

    private final String code;
    private final EventType type;
    private final Parser<? extends Message> parser;

    OutboxEvent(String code, EventType type, Parser<? extends Message> parser) {
        this.code = code;
        this.type = type;
        this.parser = parser;
    }

    String code() {
        return code;
    }

    Parser<? extends Message> parser() {
        return parser;
    }

    String topic(KafkaTopics topics) {
        return this == TRAINING_JOB_REQUESTED ? topics.trainingJobs() : type.topic(topics);
    }

    static OutboxEvent ofCode(String code) {
        return Arrays.stream(values())
                .filter(event -> event.code.equals(code))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the outbox holds an event of unknown type " + code));
    }
}
