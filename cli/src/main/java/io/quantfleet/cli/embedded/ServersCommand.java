package io.quantfleet.cli.embedded;

import io.quantfleet.cli.CliException;
import io.quantfleet.protocols.signing.VerificationKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quantfleet servers}: the process of the embedded servers, started by {@code up} and {@code demo}. */
@Command(
        name = "servers",
        hidden = true,
        description = "Runs PostgreSQL, Kafka and the MQTT broker until it is stopped. Started by up and demo.")
public final class ServersCommand implements Callable<Integer> {
    @Option(names = "--data-dir", required = true, description = "Where the servers keep their data.")
    private Path dataDirectory = Path.of("");

    @Option(names = "--binaries-dir", required = true, description = "Where PostgreSQL's binaries are unpacked.")
    private Path binariesDirectory = Path.of("");

    @Option(names = "--trusted-key", required = true, description = "PEM file of the key that signs MQTT credentials.")
    private Path trustedKey = Path.of("");

    @Option(names = "--postgres-port", required = true, description = "PostgreSQL's port.")
    private int postgresPort;

    @Option(names = "--kafka-port", required = true, description = "Kafka's port.")
    private int kafkaPort;

    @Option(names = "--kafka-controller-port", required = true, description = "The port of Kafka's controller.")
    private int kafkaControllerPort;

    @Option(names = "--mqtt-port", required = true, description = "The MQTT broker's port.")
    private int mqttPort;

    @Option(names = "--health-port", required = true, description = "The port of GET /health.")
    private int healthPort;

    @Override
    public Integer call() throws InterruptedException {
        ServerPorts ports = new ServerPorts(postgresPort, kafkaPort, kafkaControllerPort, mqttPort, healthPort);
        ServerDirectories directories =
                new ServerDirectories(createDirectory(dataDirectory), createDirectory(binariesDirectory));
        CompletableFuture<EmbeddedServers> started = new CompletableFuture<>();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(started, directories), "stop-servers"));
        EmbeddedServers servers = EmbeddedServers.start(directories, ports, readKey());
        started.complete(servers);
        ServersHealthEndpoint.start(healthPort, servers::health);
        new CountDownLatch(1).await(); // a signal ends the process by way of the hook
        return 0;
    }

    private static void stop(CompletableFuture<EmbeddedServers> started, ServerDirectories directories) {
        if (started.isDone()) {
            started.join().close();
        }
        LeftoverPostmaster.stop(directories.postgres()); // which may run although the rest was only starting
    }

    private VerificationKeys readKey() {
        try {
            return VerificationKeys.read(trustedKey);
        } catch (IOException e) {
            throw new CliException("can't read the trusted key " + trustedKey + ": " + e.getMessage(), e);
        }
    }

    private static Path createDirectory(Path directory) {
        try {
            return Files.createDirectories(directory.toAbsolutePath());
        } catch (IOException e) {
            throw new CliException("can't create the directory " + directory + ": " + e.getMessage(), e);
        }
    }
}
