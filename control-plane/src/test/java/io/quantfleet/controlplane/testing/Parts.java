package io.quantfleet.controlplane.testing;

import static java.util.Map.entry;

import com.google.protobuf.ByteString;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.trust.TrustStatementSigner;
import io.quantfleet.protocols.v1.TrustStatement;
import io.quantfleet.protocols.v1.TrustedKey;
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
    private final SigningKey credentialKey = SigningKey.generate();
    private final int postgresPort = FreePorts.next();
    private final int kafkaPort = FreePorts.next();
    private final int mqttPort = FreePorts.next();
    private TestPostgres postgres;
    private TestKafka kafka;
    private TestMqttBroker mqtt;

    public Parts() throws IOException {
        directory = Files.createTempDirectory("quantfleet-control-plane-it");
        credentialKey.write(directory.resolve("credential.pem"));
        SigningKey signingKey = SigningKey.generate();
        signingKey.write(directory.resolve("signing.pem"));
        SigningKey root = SigningKey.generate();
        TrustStatement statement = TrustStatement.newBuilder()
                .setVersion(1)
                .addKeys(TrustedKey.newBuilder().setPublicKey(encoded(signingKey)))
                .addRootKeys(encoded(root))
                .build();
        Files.write(
                directory.resolve("trust.binpb"),
                new TrustStatementSigner(root).sign(statement).toByteArray());
    }

    private static ByteString encoded(SigningKey key) {
        return ByteString.copyFrom(key.verificationKeys().toX509().get(0));
    }

    /** The control plane's configuration for these parts, started or not. */
    public Map<String, String> configuration() {
        return Map.ofEntries(
                entry("quarkus.datasource.jdbc.url", TestPostgres.jdbcUrl(postgresPort)),
                entry("quarkus.datasource.username", "postgres"),
                entry("quarkus.datasource.password", "postgres"),
                entry("quarkus.http.test-port", "0"),
                entry("quantfleet.kafka.bootstrap-servers", "127.0.0.1:" + kafkaPort),
                entry("quantfleet.kafka.partitions", "1"),
                entry("quantfleet.mqtt.uri", "tcp://127.0.0.1:" + mqttPort),
                entry(
                        "quantfleet.object-store.directory",
                        directory.resolve("object-store").toString()),
                entry("quantfleet.signing-key", directory.resolve("signing.pem").toString()),
                entry(
                        "quantfleet.credential-key",
                        directory.resolve("credential.pem").toString()),
                entry(
                        "quantfleet.trust-statement",
                        directory.resolve("trust.binpb").toString()),
                entry("quantfleet.delivery.withdraw-period", "PT1S"),
                entry("quantfleet.alerts.period", "PT1S"),
                entry("quantfleet.rollouts.period", "PT0.1S"),
                entry("quantfleet.rollouts.rollback-pause", "PT0.2S"),
                entry("quantfleet.delivery.public-uri", "http://control-plane.example:8080/"));
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
        mqtt = TestMqttBroker.start(directory.resolve("mqtt"), mqttPort, credentialKey.verificationKeys());
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
