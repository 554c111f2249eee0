package io.quantfleet.cli.embedded;

import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import io.quantfleet.cli.CliException;
import io.quantfleet.protocols.signing.VerificationKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A HiveMQ broker (MQTT 5) in this JVM, on a loopback port, that admits only the bearers of signed credentials; see
 * {@link CredentialAuthenticator}. It keeps sessions and retained messages in memory: who connects after a restart says
 * again what counts. See {@code docs/decisions/0017-embedded-broker-in-memory.md}.
 */
final class EmbeddedMqttBroker implements AutoCloseable {
    private static final int IN_FLIGHT = 1024;
    /** The broker sets aside so many packet ids whenever it looks for messages, and gives back those that it did not need. */
    private static final int POLLED_AT_ONCE = 256;

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedMqttBroker.class);
    private static final int CONNECT_LIMIT_MILLIS = 2_000;

    private final EmbeddedHiveMQ broker;
    private final int port;

    private EmbeddedMqttBroker(EmbeddedHiveMQ broker, int port) {
        this.broker = broker;
        this.port = port;
    }

    /**
     * Starts the broker.
     *
     * @throws CliException if it does not come up
     */
    static EmbeddedMqttBroker start(Path directory, int port, VerificationKeys trusted) {
        // With fifty, as usual, a client that acknowledges only what it has stored elsewhere gets a thousand messages a
        // second. Whoever wants less says so by its receive maximum.
        InternalConfigurations.MAX_INFLIGHT_WINDOW_SIZE_MESSAGES = IN_FLIGHT;
        InternalConfigurations.PUBLISH_POLL_BATCH_SIZE = POLLED_AT_ONCE;
        // By default it waits two seconds before it closes what it keeps, and here nothing is kept.
        InternalConfigurations.PERSISTENCE_SHUTDOWN_GRACE_PERIOD_MSEC.set(0);
        try {
            EmbeddedHiveMQ broker = EmbeddedHiveMQ.builder()
                    .withConfigurationFolder(writeConfiguration(directory, port))
                    .withDataFolder(Files.createDirectories(directory.resolve("data")))
                    .withExtensionsFolder(Files.createDirectories(directory.resolve("extensions")))
                    .withEmbeddedExtension(
                            authentication(trusted, new RevokedCredentials(directory.resolve("revoked"))))
                    .withoutLoggingBootstrap()
                    .build();
            broker.start().get();
            return new EmbeddedMqttBroker(broker, port);
        } catch (IOException | ExecutionException e) {
            throw new CliException(
                    "the MQTT broker did not start on port " + port + " with its data in " + directory, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted while the MQTT broker started", e);
        }
    }

    /** Whether the broker accepts connections. */
    boolean isUp() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_LIMIT_MILLIS);
            return true;
        } catch (IOException down) {
            LOG.debug("the MQTT broker does not answer", down);
            return false;
        }
    }

    @Override
    public void close() {
        try {
            broker.close();
        } catch (ExecutionException e) {
            LOG.warn("the MQTT broker did not stop cleanly", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Path writeConfiguration(Path directory, int port) throws IOException {
        Path folder = Files.createDirectories(directory.resolve("conf"));
        Files.writeString(folder.resolve("config.xml"), """
                <?xml version="1.0"?>
                <!-- Written at every start; changes here are lost. -->
                <hivemq>
                    <listeners>
                        <tcp-listener>
                            <port>%d</port>
                            <bind-address>127.0.0.1</bind-address>
                        </tcp-listener>
                    </listeners>
                    <mqtt>
                        <queued-messages>
                            <max-queue-size>200000</max-queue-size>
                            <strategy>discard</strategy>
                        </queued-messages>
                        <packets>
                            <max-packet-size>1048576</max-packet-size>
                        </packets>
                    </mqtt>
                    <anonymous-usage-statistics>
                        <enabled>false</enabled>
                    </anonymous-usage-statistics>
                    <persistence>
                        <mode>in-memory</mode>
                    </persistence>
                </hivemq>
                """.formatted(port));
        return folder;
    }

    private static EmbeddedExtension authentication(VerificationKeys trusted, RevokedCredentials revoked) {
        return EmbeddedExtension.builder()
                .withId("quantfleet-credentials")
                .withName("Quantfleet credentials")
                .withVersion("1")
                .withAuthor("Quantfleet")
                .withPriority(0)
                .withStartPriority(1000)
                .withExtensionMain(new CredentialExtension(trusted, revoked))
                .build();
    }
}
