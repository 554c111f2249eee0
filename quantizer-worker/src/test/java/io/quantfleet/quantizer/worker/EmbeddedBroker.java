package io.quantfleet.quantizer.worker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.utils.Time;

/**
 * A real broker with share groups, in the test's JVM, on loopback. It keeps its port and its data over {@link #stop()}
 * and {@link #start()}, as a broker that is restarted does.
 */
final class EmbeddedBroker implements AutoCloseable {
    private static final String CLUSTER_ID = "q1Sh-9w4TxWcUqkQ5pR0Zg";

    private final Path directory;
    private final int port = freePort();
    private final int controllerPort = freePort();
    private KafkaRaftServer server;

    EmbeddedBroker(Path directory) {
        this.directory = directory;
    }

    String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    EmbeddedBroker start() {
        try {
            Path file = Files.createDirectories(directory).resolve("server.properties");
            Properties properties = properties();
            try (var out = Files.newBufferedWriter(file)) {
                properties.store(out, null);
            }
            StorageTool.execute(
                    new String[] {"format", "-t", CLUSTER_ID, "-c", file.toString(), "--ignore-formatted"},
                    new PrintStream(OutputStream.nullOutputStream()));
            server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
            server.startup();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void stop() {
        if (server != null) {
            server.shutdown();
            server.awaitShutdown();
            server = null;
        }
    }

    @Override
    public void close() {
        stop();
    }

    private Properties properties() {
        Properties p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", "1");
        p.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        p.setProperty("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        p.setProperty("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.setProperty("log.dirs", directory.resolve("log").toString());
        for (String internal : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            p.setProperty(internal + ".replication.factor", "1");
            p.setProperty(internal + ".num.partitions", "1");
        }
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        p.setProperty("group.share.min.record.lock.duration.ms", "1000");
        p.setProperty("group.share.min.heartbeat.interval.ms", "500");
        p.setProperty("group.share.heartbeat.interval.ms", "500");
        p.setProperty("group.share.min.session.timeout.ms", "3000");
        p.setProperty("group.share.session.timeout.ms", "30000");
        p.setProperty("auto.create.topics.enable", "false");
        p.setProperty("log.cleaner.dedupe.buffer.size", "2097152");
        return p;
    }

    /** Below the range from which systems take ports for connections, so that it stays free while nobody listens on it. */
    static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(15_000, 30_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // Another one, then.
            }
        }
    }
}
