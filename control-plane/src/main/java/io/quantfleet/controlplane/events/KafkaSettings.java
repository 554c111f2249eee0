package io.quantfleet.controlplane.events;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * How to reach Kafka.
 *
 * @param bootstrapServers HOST:PORT, several separated by commas
 * @param instanceId names this instance among the members of its consumer groups
 * @param partitions of topics that have to be made
 */
public record KafkaSettings(String bootstrapServers, String instanceId, int partitions) {
    private static final int RECONNECT_MS = 100;
    private static final int RECONNECT_MAX_MS = 1000;

    public KafkaSettings {
        if (partitions < 1) {
            throw new IllegalArgumentException(
                    "quantfleet.kafka.partitions is " + partitions + "; it must be positive");
        }
    }

    /** What every client needs. */
    Map<String, Object> clientProperties(String clientId) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, "quantfleet-control-plane-" + clientId);
        properties.put(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, RECONNECT_MS);
        properties.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_MAX_MS);
        properties.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        return properties;
    }
}
