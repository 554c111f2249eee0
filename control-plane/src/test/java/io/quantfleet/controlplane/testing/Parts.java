package io.quantfleet.controlplane.testing;

import io.quantfleet.protocols.signing.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The parts that the control plane needs, each of which can be started and stopped on its own; PostgreSQL and Kafka keep
 * their data, the MQTT broker loses what it had.
 */
public final class Parts implements AutoCloseable {
    private final Path directory;
    private final SigningKey key = SigningKey.generate();
    private final int postgresPort = FreePorts.next();
    private final int kafkaPort = FreePorts.next();
    private final int mqttPort = FreePorts.next();
    private TestPostgres postgres;
    private TestKafka kafka;
    private TestMqttBroker mqtt;

    public Parts() throws IOException {
        directory = Files.createTempDirectory("quantfleet-control-plane-it");
        key.write(directory.resolve("signing.pem"));
    }

    /** The control plane's configuration for these parts, started or not. */
    public Map<String, String> configuration() {
        return Map.of(
                "quarkus.datasource.jdbc.url",
                TestPostgres.jdbcUrl(postgresPort),
                "quarkus.datasource.username",
                "postgres",
                "quarkus.datasource.password",
                "postgres",
                "quarkus.http.test-port",
                "0",
                "quantfleet.kafka.bootstrap-servers",
                "127.0.0.1:" + kafkaPort,
                "quantfleet.kafka.partitions",
                "1",
                "quantfleet.mqtt.uri",
                "tcp://127.0.0.1:" + mqttPort,
                "quantfleet.object-store.directory",
                directory.resolve("object-store").toString(),
                "quantfleet.signing-key",
                directory.resolve("signing.pem").toString());
    }

    public void startPostgres() throws IOException {
        postgres = TestPostgres.start(directory.resolve("postgres"), postgresPort);
    }

    public void stopPostgres() throws IOException {
        if (postgres != null) {
            postgres.close();
            postgres = null;
        }
    }

    public void startKafka() throws IOException {
        kafka = TestKafka.start(directory.resolve("kafka"), kafkaPort);
    }

    public void stopKafka() {
        if (kafka != null) {
            kafka.close();
            kafka = null;
        }
    }

    public void startMqtt() throws IOException {
        mqtt = TestMqttBroker.start(directory.resolve("mqtt"), mqttPort, key.verificationKeys());
    }

    public void stopMqtt() {
        if (mqtt != null) {
            mqtt.close();
            mqtt = null;
        }
    }

    @Override
    public void close() throws IOException {
        stopMqtt();
        stopKafka();
        stopPostgres();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
