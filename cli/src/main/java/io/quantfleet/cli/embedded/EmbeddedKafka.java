package io.quantfleet.cli.embedded;

import io.quantfleet.cli.CliException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka broker and its controller in this JVM, on loopback ports, with share groups (KIP-932) enabled. Everything
 * that Kafka replicates has one replica here. Kafka ends the whole process when it meets a fault that it can't recover
 * from, so it lives in a process that somebody restarts.
 */
final class EmbeddedKafka implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);
    // Fixed, so that formatting a directory that is already formatted changes nothing.
    private static final String CLUSTER_ID = "cXVhbnRmbGVldC1vbmU0Mg";
    private static final String SETTINGS = "kafka.properties";

    private final KafkaRaftServer server;
    private final Admin admin;

    private EmbeddedKafka(KafkaRaftServer server, Admin admin) {
        this.server = server;
        this.admin = admin;
    }

    /**
     * Formats {@code directory} if it is new, and starts the broker.
     *
     * @throws CliException if it can't be formatted or does not come up
     */
    static EmbeddedKafka start(Path directory, int port, int controllerPort) {
        Properties properties = settings(directory, port, controllerPort);
        format(directory, properties);
        try {
            KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
            server.startup();
            return new EmbeddedKafka(
                    server, Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, address(port))));
        } catch (RuntimeException e) {
            throw new CliException("Kafka did not start on port " + port + " with its data in " + directory, e);
        }
    }

    /** Whether the broker answers. */
    boolean isUp() {
        try {
            return !admin.describeCluster().nodes().get(2, TimeUnit.SECONDS).isEmpty();
        } catch (ExecutionException | TimeoutException down) {
            LOG.debug("Kafka does not answer", down);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
        server.shutdown();
        server.awaitShutdown();
    }

    private static String address(int port) {
        return "127.0.0.1:" + port;
    }

    private static Properties settings(Path directory, int port, int controllerPort) {
        Properties settings = new Properties();
        settings.putAll(Map.of(
                "process.roles", "broker,controller",
                "node.id", "1",
                "controller.quorum.voters", "1@" + address(controllerPort),
                "controller.listener.names", "CONTROLLER",
                "listeners", "PLAINTEXT://" + address(port) + ",CONTROLLER://" + address(controllerPort),
                "advertised.listeners", "PLAINTEXT://" + address(port),
                "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs", directory.resolve("logs").toString(),
                "auto.create.topics.enable", "false"));
        settings.putAll(Map.of(
                "default.replication.factor", "1",
                "offsets.topic.replication.factor", "1",
                "offsets.topic.num.partitions", "1",
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "transaction.state.log.num.partitions", "1",
                "share.coordinator.state.topic.replication.factor", "1",
                "share.coordinator.state.topic.min.isr", "1",
                "share.coordinator.state.topic.num.partitions", "1"));
        settings.putAll(Map.of(
                "group.initial.rebalance.delay.ms", "0",
                // How long a job stays with a worker that has died.
                "group.share.record.lock.duration.ms", "15000",
                // Kafka counts every delivery of a job, those to workers that were only stopped too.
                "group.share.delivery.count.limit", "10",
                // How long its partitions do, and how soon a worker that has joined gets its own.
                "group.share.min.session.timeout.ms", "12000",
                "group.share.session.timeout.ms", "12000",
                "group.share.min.heartbeat.interval.ms", "1500",
                "group.share.heartbeat.interval.ms", "1500"));
        settings.putAll(Map.of(
                // A share group's first member finds its state topic still being made; by default it tries again
                // after 30 s, and never sooner than an offset commit may take.
                "group.share.initialize.retry.interval.ms", "1000",
                "offsets.commit.timeout.ms", "1000",
                "num.network.threads", "2",
                "num.io.threads", "2",
                "log.cleaner.dedupe.buffer.size", "2097152",
                // A broker that was killed can't register anew before its last session has run out.
                "broker.session.timeout.ms", "6000",
                "broker.heartbeat.interval.ms", "1000"));
        return settings;
    }

    private static void format(Path directory, Properties settings) {
        Path file = directory.resolve(SETTINGS);
        try {
            Files.createDirectories(directory);
            try (OutputStream out = Files.newOutputStream(file)) {
                settings.store(out, "Written at every start; changes here are lost");
            }
        } catch (IOException e) {
            throw new CliException("can't write Kafka's settings to " + file + ": " + e.getMessage(), e);
        }
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        int status = StorageTool.execute(
                new String[] {"format", "--cluster-id", CLUSTER_ID, "--ignore-formatted", "--config", file.toString()},
                out);
        if (status != 0) {
            throw new CliException("Kafka could not format " + directory + ": "
                    + said.toString(StandardCharsets.UTF_8).strip());
        }
    }
}
