package io.quantfleet.protocols.kafka;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The Kafka topics and groups of one installation. The only place where their names are built.
 *
 * @param prefix put before every name, so that installations can share a cluster; may be empty
 */
public record KafkaTopics(String prefix) {
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._-]{0,100}");

    /** The names of an installation that has the cluster to itself. */
    public static final KafkaTopics DEFAULT = new KafkaTopics("");

    public KafkaTopics {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException(
                    "not a prefix for Kafka topics: '" + prefix + "'; use letters, digits, '.', '_' or '-'");
        }
    }

    /** New models: {@code model-version-registered.v1}, keyed by model name. */
    public String modelEvents() {
        return prefix + "quantfleet.model-events.v1";
    }

    /** Work for the quantizers: {@code quantization-job-requested.v1}, keyed by job id, read by a share group. */
    public String quantizationJobs() {
        return prefix + "quantfleet.quantization-jobs.v1";
    }

    /** The same for jobs that train, taken only by workers that can. */
    public String trainingJobs() {
        return prefix + "quantfleet.quantization-jobs-training.v1";
    }

    /** {@code quantization-job-cancelled.v1}, keyed by job id, read by every worker from its beginning. */
    public String quantizationControl() {
        return prefix + "quantfleet.quantization-control.v1";
    }

    /** How jobs fare and end, keyed by job id. */
    public String quantizationResults() {
        return prefix + "quantfleet.quantization-results.v1";
    }

    /** {@code telemetry-window-received.v1}, keyed by device id. */
    public String deviceTelemetry() {
        return prefix + "quantfleet.device-telemetry.v1";
    }

    /** {@code device-reported.v1} and {@code device-presence-changed.v1}, keyed by device id. */
    public String deviceEvents() {
        return prefix + "quantfleet.device-events.v1";
    }

    /** Records that no consumer could make sense of, with a header that says why. */
    public String deadLetters() {
        return prefix + "quantfleet.dead-letters.v1";
    }

    /** The share group of the quantizer workers. */
    public String workersGroup() {
        return prefix + "quantfleet-workers";
    }

    /** The consumer group of the control plane's reader of {@code topic}. */
    public String controlPlaneGroup(String topic) {
        return prefix + "quantfleet-control-plane." + topic.substring(prefix.length());
    }

    /** Every topic. */
    public List<String> all() {
        return List.of(
                modelEvents(),
                quantizationJobs(),
                trainingJobs(),
                quantizationControl(),
                quantizationResults(),
                deviceTelemetry(),
                deviceEvents(),
                deadLetters());
    }
}
