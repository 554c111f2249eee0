package io.quantfleet.controlplane.testing;

import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import io.quantfleet.protocols.security.Credentials;
import io.quantfleet.protocols.signing.VerificationKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;

/** A HiveMQ broker in this JVM that admits the bearers of signed credentials. */
public final class TestMqttBroker implements AutoCloseable {
    private final EmbeddedHiveMQ broker;

    private TestMqttBroker(EmbeddedHiveMQ broker) {
        this.broker = broker;
    }

    public static TestMqttBroker start(Path directory, int port, VerificationKeys trusted) throws IOException {
        // By default it waits two seconds before it closes what it keeps, and here nothing is kept.
        InternalConfigurations.PERSISTENCE_SHUTDOWN_GRACE_PERIOD_MSEC.set(0);
        Path configuration = Files.createDirectories(directory.resolve("conf"));
        Files.writeString(configuration.resolve("config.xml"), """
                <?xml version="1.0"?>
                <hivemq>
                    <listeners>
                        <tcp-listener><port>%d</port><bind-address>127.0.0.1</bind-address></tcp-listener>
                    </listeners>
                    <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
                    <persistence><mode>in-memory</mode></persistence>
                </hivemq>
                """.formatted(port));
        EmbeddedHiveMQ broker = EmbeddedHiveMQ.builder()
                .withConfigurationFolder(configuration)
                .withDataFolder(Files.createDirectories(directory.resolve("data")))
                .withExtensionsFolder(Files.createDirectories(directory.resolve("extensions")))
                .withEmbeddedExtension(EmbeddedExtension.builder()
                        .withId("test-credentials")
                        .withName("Credentials")
                        .withVersion("1")
                        .withAuthor("Quantfleet")
                        .withExtensionMain(new CredentialExtension(trusted))
                        .build())
                .withoutLoggingBootstrap()
                .build();
        try {
            broker.start().get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IOException("the MQTT broker did not start", e);
        }
        return new TestMqttBroker(broker);
    }

    @Override
    public void close() {
        try {
            broker.close();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class CredentialExtension implements ExtensionMain {
        private final VerificationKeys trusted;

        CredentialExtension(VerificationKeys trusted) {
            this.trusted = trusted;
        }

        @Override
        public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
            SimpleAuthenticator authenticator = (connect, answer) -> {
                String user = connect.getConnectPacket().getUserName().orElse("");
                String password = connect.getConnectPacket()
                        .getPassword()
                        .map(bytes -> StandardCharsets.UTF_8.decode(bytes).toString())
                        .orElse("");
                if (Credentials.verify(trusted, user, password).isPresent()) {
                    answer.authenticateSuccessfully();
                } else {
                    answer.failAuthentication(ConnackReasonCode.NOT_AUTHORIZED, "no valid credential");
                }
            };
            Services.securityRegistry().setAuthenticatorProvider(ignored -> authenticator);
        }

        @Override
        public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {}
    }
}
