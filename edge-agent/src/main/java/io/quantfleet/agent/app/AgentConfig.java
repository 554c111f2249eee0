package io.quantfleet.agent.app;

import io.quantfleet.agent.apply.FetchSettings;
import io.quantfleet.agent.serve.ExecutionProvider;
import io.quantfleet.protocols.DeviceId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How an agent runs.
 *
 * @param controlPlane where it enrols; needed until it has
 * @param enrolmentToken allows it to enrol; needed until it has
 * @param labels free key/value pairs told at enrolment
 * @param telemetryInterval the length of a telemetry window
 * @param probePeriod from one inference to the next
 * @param network how it uses the network
 * @param healthFile a file to touch while the agent is alive
 * @param executionProviders what to run models on, the best first; empty to do as the device class asks
 * @param inference how to answer other programs on the device; empty to answer none
 */
record AgentConfig(
        Optional<URI> controlPlane,
        DeviceId deviceId,
        String deviceClass,
        Path stateDir,
        Optional<String> enrolmentToken,
        Map<String, String> labels,
        Duration telemetryInterval,
        Duration probePeriod,
        Network network,
        Optional<Path> healthFile,
        List<ExecutionProvider> executionProviders,
        Optional<Inference> inference) {
    /**
     * How to answer requests.
     *
     * @param port on the loopback interface, 0 for any that is free
     * @param largestRequest bytes that a request may have
     * @param feedbackWithin how long after a request its true labels are taken
     */
    record Inference(int port, long largestRequest, Duration feedbackWithin) {}

    /**
     * How the agent uses the network.
     *
     * @param reconnectSpread a lost or restarted device waits a random part of it before it connects
     */
    record Network(FetchSettings fetch, Duration reconnectSpread) {}

    AgentConfig {
        labels = Map.copyOf(labels);
        executionProviders = List.copyOf(executionProviders);
    }
}
