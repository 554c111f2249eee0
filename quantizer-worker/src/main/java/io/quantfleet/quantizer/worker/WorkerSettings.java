package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.kafka.KafkaTopics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a worker is told when it starts.
 *
 * @param kafka bootstrap servers, {@code HOST:PORT} with commas between
 * @param topics the names of the topics and of the workers' group
 * @param objectStore the object store's directory
 * @param workDirectory where jobs keep their files while they run
 * @param workerId names this worker in events, logs and its directory
 * @param httpPort of the endpoint for health and metrics; 0 for none
 * @param lockDuration how long a job stays with a worker that no longer answers
 */
record WorkerSettings(
        String kafka,
        KafkaTopics topics,
        Path objectStore,
        Path workDirectory,
        String workerId,
        int httpPort,
        Duration lockDuration) {
    private static final Pattern BOOTSTRAP = Pattern.compile("[^\\s,:]+:\\d{1,5}(,[^\\s,:]+:\\d{1,5})*");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    WorkerSettings {
        List<String> faults = new ArrayList<>();
        if (!BOOTSTRAP.matcher(kafka).matches()) {
            faults.add("--kafka: '" + kafka + "' is not HOST:PORT, or several of them with commas between");
        }
        if (!ID.matcher(workerId).matches()) {
            faults.add("--worker-id: '" + workerId
                    + "' is not 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit");
        }
        if (httpPort < 0 || httpPort > 65_535) {
            faults.add("--http-port: " + httpPort + " is no port; 0 turns the endpoint off");
        }
        if (lockDuration.compareTo(Duration.ofSeconds(1)) < 0 || lockDuration.compareTo(Duration.ofHours(1)) > 0) {
            faults.add("--lock-duration: " + lockDuration + " is not between PT1S and PT1H");
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join(System.lineSeparator(), faults));
        }
    }
}
