package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.kafka.KafkaTopics;
import io.quantfleet.quantizer.train.TrainingEngine;
import java.util.ArrayList;
import java.util.List;

/**
 * What a worker can do that not every worker can, and so which jobs it takes.
 *
 * @param trains whether it carries the engine that jobs with training need
 */
record Capabilities(boolean trains) {
    private static final String QUANTIZE = "quantize";
    private static final String TRAIN = "train";

    /** Those of this process, by its class path. */
    static Capabilities ofThisProcess() {
        return new Capabilities(TrainingEngine.available());
    }

    /** Their names, in metrics and in answers about health. */
    List<String> names() {
        return trains ? List.of(QUANTIZE, TRAIN) : List.of(QUANTIZE);
    }

    /** The topics to take jobs from, those first that few workers take from. */
    List<String> topics(KafkaTopics all) {
        List<String> topics = new ArrayList<>();
        if (trains) {
            topics.add(all.trainingJobs());
        }
        topics.add(all.quantizationJobs());
        return List.copyOf(topics);
    }
}
