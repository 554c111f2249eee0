package io.quantfleet.agent.testkit;

import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/** An embedded HiveMQ on a loopback port, that admits everybody but the bearers of {@link #REFUSED}. */
public final class TestBroker implements AutoCloseable {
    /** A password that the broker does not take. */
    public static final String REFUSED = "revoked";

    private static final int BUCKETS = 2;

    private final EmbeddedHiveMQ broker;

    private TestBroker(EmbeddedHiveMQ broker) {
        this.broker = broker;
    }

    /**
     * A port that nobody listens on: below the range from which systems take ports for connections, so that it stays free
     * until a broker or its successor takes it.
     */
    public static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(15_000, 30_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // Another one, then.
            }
        }
    }

    public static URI uri(int port) {
        return URI.create("tcp://127.0.0.1:" + port);
    }

    /** Starts a broker, with the data that an earlier one left in the directory. */
    public static TestBroker start(Path directory, int port) throws Exception {
        // Each bucket is a database of its own to open and close, and 64 of each kind are meant for more than one
        // device.
        InternalConfigurations.PERSISTENCE_BUCKET_COUNT.set(BUCKETS);
        InternalConfigurations.PAYLOAD_PERSISTENCE_BUCKET_COUNT.set(BUCKETS);
        // Two seconds by default, for clients that are none here when a broker stops.
        InternalConfigurations.PERSISTENCE_SHUTDOWN_GRACE_PERIOD_MSEC.set(0);
        Path configuration = Files.createDirectories(directory.resolve("conf"));
        Files.writeString(configuration.resolve("config.xml"), """
                <hivemq>
                    <listeners>
                        <tcp-listener><port>%d</port><bind-address>127.0.0.1</bind-address></tcp-listener>
                    </listeners>
                    <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
                </hivemq>
                """.formatted(port));
        EmbeddedHiveMQ broker = EmbeddedHiveMQ.builder()
                .withConfigurationFolder(configuration)
                .withDataFolder(Files.createDirectories(directory.resolve("data")))
                .withExtensionsFolder(Files.createDirectories(directory.resolve("extensions")))
                .withEmbeddedExtension(EmbeddedExtension.builder()
                        .withId("admit-most")
                        .withName("Admit most")
                        .withVersion("1")
                        .withExtensionMain(new AdmitMost())
                        .build())
                .withoutLoggingBootstrap()
                .build();
        broker.start().get();
        return new TestBroker(broker);
    }

    @Override
    public void close() throws Exception {
        broker.close();
    }

    private static final class AdmitMost implements ExtensionMain {
        @Override
        public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
            SimpleAuthenticator authenticator = (in, out) -> {
                ByteBuffer refused = StandardCharsets.UTF_8.encode(REFUSED);
                if (in.getConnectPacket().getPassword().filter(refused::equals).isPresent()) {
                    out.failAuthentication();
                } else {
                    out.authenticateSuccessfully();
                }
            };
            Services.securityRegistry().setAuthenticatorProvider(provider -> authenticator);
        }

        @Override
        public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
            // Nothing to undo.
        }
    }
}
