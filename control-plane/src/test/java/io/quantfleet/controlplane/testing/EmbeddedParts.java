package io.quantfleet.controlplane.testing;

import io.quantfleet.protocols.signing.SigningKey;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/** Starts the parts once for all integration tests, on free ports, with their data in a directory that is removed. */
public final class EmbeddedParts implements QuarkusTestResourceLifecycleManager {
    private Path directory;
    private EmbeddedPostgres postgres;
    private TestKafka kafka;
    private TestMqttBroker mqtt;

    @Override
    public Map<String, String> start() {
        try {
            directory = Files.createTempDirectory("quantfleet-control-plane-it");
            Path keyFile = directory.resolve("signing.pem");
            SigningKey key = SigningKey.generate();
            key.write(keyFile);
            postgres = EmbeddedPostgres.builder()
                    .setServerConfig("shared_buffers", "16MB")
                    .start();
            kafka = TestKafka.start(directory.resolve("kafka"));
            mqtt = TestMqttBroker.start(directory.resolve("mqtt"), key.verificationKeys());
            return Map.of(
                    "quarkus.datasource.jdbc.url", postgres.getJdbcUrl("postgres", "postgres"),
                    "quarkus.datasource.username", "postgres",
                    "quarkus.datasource.password", "postgres",
                    "quarkus.http.test-port", "0",
                    "quantfleet.kafka.bootstrap-servers", kafka.bootstrapServers(),
                    "quantfleet.kafka.partitions", "1",
                    "quantfleet.mqtt.uri", mqtt.uri(),
                    "quantfleet.object-store.directory",
                            directory.resolve("object-store").toString(),
                    "quantfleet.signing-key", keyFile.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        try {
            mqtt.close();
            kafka.close();
            postgres.close();
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
