package io.quantfleet.cli.embedded;

/** The loopback ports of the embedded servers, each 1 to 65535. */
public record ServerPorts(int postgres, int kafka, int kafkaController, int mqtt, int health) {
    public ServerPorts {
        require("PostgreSQL", postgres);
        require("Kafka", kafka);
        require("Kafka's controller", kafkaController);
        require("MQTT", mqtt);
        require("health", health);
    }

    private static void require(String what, int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("not a port for " + what + ": " + port);
        }
    }
}
