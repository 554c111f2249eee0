package io.quantfleet.cli.embedded;

import io.quantfleet.cli.CliException;
import io.quantfleet.protocols.signing.VerificationKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL, Kafka and the MQTT broker, started side by side and stopped together. If one does not start, those that
 * did are stopped again.
 */
final class EmbeddedServers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedServers.class);

    // Not the common pool, which may be too small for three that wait.
    private static final Executor STOPPING = task -> new Thread(task, "stop-server").start();

    private final EmbeddedPostgresServer postgres;
    private final EmbeddedKafka kafka;
    private final EmbeddedMqttBroker mqtt;

    private EmbeddedServers(EmbeddedPostgresServer postgres, EmbeddedKafka kafka, EmbeddedMqttBroker mqtt) {
        this.postgres = postgres;
        this.kafka = kafka;
        this.mqtt = mqtt;
    }

    /**
     * Starts the servers and returns when each accepts clients.
     *
     * @throws CliException naming the server that did not start
     */
    static EmbeddedServers start(ServerDirectories directories, ServerPorts ports, VerificationKeys trusted) {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            CompletableFuture<EmbeddedPostgresServer> postgres = starting(
                    "PostgreSQL",
                    threads,
                    () -> EmbeddedPostgresServer.start(
                            directories.postgres(), directories.binaries(), ports.postgres()));
            CompletableFuture<EmbeddedKafka> kafka = starting(
                    "Kafka",
                    threads,
                    () -> EmbeddedKafka.start(directories.kafka(), ports.kafka(), ports.kafkaController()));
            CompletableFuture<EmbeddedMqttBroker> mqtt = starting(
                    "the MQTT broker",
                    threads,
                    () -> EmbeddedMqttBroker.start(directories.mqtt(), ports.mqtt(), trusted));
            try {
                CompletableFuture.allOf(postgres, kafka, mqtt).join();
                return new EmbeddedServers(postgres.join(), kafka.join(), mqtt.join());
            } catch (CompletionException e) {
                closeStarted(mqtt);
                closeStarted(kafka);
                closeStarted(postgres);
                throw e.getCause() instanceof CliException known
                        ? known
                        : new CliException("an embedded server did not start", e);
            }
        } finally {
            threads.shutdown();
        }
    }

    /** Whether each server answers, by name. */
    Map<String, Boolean> health() {
        Map<String, Boolean> health = new LinkedHashMap<>();
        health.put("postgres", postgres.isUp());
        health.put("kafka", kafka.isUp());
        health.put("mqtt", mqtt.isUp());
        return health;
    }

    @Override
    public void close() {
        // None needs another, and each spends most of its time waiting for its own threads.
        CompletableFuture.allOf(
                        CompletableFuture.runAsync(mqtt::close, STOPPING),
                        CompletableFuture.runAsync(kafka::close, STOPPING),
                        CompletableFuture.runAsync(postgres::close, STOPPING))
                .join();
    }

    private static <T> CompletableFuture<T> starting(String name, ExecutorService threads, Supplier<T> start) {
        return CompletableFuture.supplyAsync(
                () -> {
                    Instant begin = Instant.now();
                    T server = start.get();
                    LOG.info(
                            "{} is up after {} ms",
                            name,
                            Duration.between(begin, Instant.now()).toMillis());
                    return server;
                },
                threads);
    }

    private static void closeStarted(CompletableFuture<? extends AutoCloseable> server) {
        Optional<? extends AutoCloseable> started =
                server.handle((up, failure) -> Optional.ofNullable(up)).join();
        if (started.isEmpty()) {
            return;
        }
        try {
            started.get().close();
        } catch (Exception e) { // what AutoCloseable declares
            LOG.warn("an embedded server did not stop cleanly", e);
        }
    }
}
