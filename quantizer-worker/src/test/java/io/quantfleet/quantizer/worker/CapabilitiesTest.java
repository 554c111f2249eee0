package io.quantfleet.quantizer.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.protocols.kafka.KafkaTopics;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {
    private static final KafkaTopics TOPICS = new KafkaTopics("x.");

    @Test
    void takesJobsThatTrainOnlyWithTheEngine() {
        assertThat(new Capabilities(false).topics(TOPICS)).containsExactly(TOPICS.quantizationJobs());
        assertThat(new Capabilities(true).topics(TOPICS))
                .containsExactly(TOPICS.trainingJobs(), TOPICS.quantizationJobs());
    }

    @Test
    void areNamedInMetrics() {
        assertThat(new WorkerMetrics(new Capabilities(true)).scrape())
                .contains("quantfleet_worker_capability{capability=\"train\"} 1");
        assertThat(new WorkerMetrics(new Capabilities(false)).scrape())
                .contains("quantfleet_worker_capability{capability=\"quantize\"} 1")
                .doesNotContain("capability=\"train\"");
    }
}
