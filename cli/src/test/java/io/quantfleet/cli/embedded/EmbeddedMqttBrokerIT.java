package io.quantfleet.cli.embedded;

import static io.quantfleet.cli.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.cli.broker.Login;
import io.quantfleet.cli.broker.MqttBrokerContract;
import io.quantfleet.cli.broker.TestClient;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import io.quantfleet.protocols.security.Credentials;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.Role;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded broker keeps the contract, also over a restart. */
class EmbeddedMqttBrokerIT extends MqttBrokerContract {
    private static final SigningKey KEY = SigningKey.generate();

    @TempDir
    private static Path directory;

    private static int port;
    private static EmbeddedMqttBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
        port = FreePort.next();
        broker = EmbeddedMqttBroker.start(directory, port, KEY.verificationKeys());
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Override
    protected String uri() {
        return "tcp://127.0.0.1:" + port;
    }

    @Override
    protected Login device(DeviceId id) {
        return new Login(id.value(), Credentials.issue(KEY, id.value(), Role.ROLE_DEVICE, Instant.now()));
    }

    @Override
    protected Login service() {
        return new Login("control-plane", Credentials.issue(KEY, "control-plane", Role.ROLE_SERVICE, Instant.now()));
    }

    @Test
    void refusesACredentialOfAnUntrustedKey() {
        String forged = Credentials.issue(SigningKey.generate(), "control-plane", Role.ROLE_SERVICE, Instant.now());
        assertThatThrownBy(() -> TestClient.connect(uri(), "forger", new Login("control-plane", forged)))
                .isInstanceOf(MqttException.class);
    }

    @Test
    void endsTheConnectionOfARevokedCredentialAndAdmitsANewerOne() throws MqttException {
        DeviceId id = new DeviceId("contract-revoked");
        Login old = device(id);
        TestClient device = TestClient.connect(uri(), id.value(), old);
        try (TestClient service = TestClient.connect(uri(), "revoking-service", service())) {
            byte[] revocation = Credentials.revocation(Instant.now());
            assertThat(service.publish(MqttTopics.revoked(id), revocation, true))
                    .isTrue();

            await().until(() -> !device.isConnected());
            assertThatThrownBy(() -> TestClient.connect(uri(), id.value(), old)).isInstanceOf(MqttException.class);

            broker.close();
            broker = EmbeddedMqttBroker.start(directory, port, KEY.verificationKeys());
            assertThatThrownBy(() -> TestClient.connect(uri(), id.value(), old)).isInstanceOf(MqttException.class);
            try (TestClient readmitted = TestClient.connect(uri(), id.value(), device(id));
                    TestClient again = TestClient.connect(uri(), "revoking-service-2", service())) {
                assertThat(again.publish(MqttTopics.revoked(id), revocation, true))
                        .isTrue();
                assertThat(readmitted.publish(MqttTopics.of(id, Channel.REPORTED), "still here"))
                        .isTrue();
            }
        }
    }

    @Test
    void tellsDevicesAfterARestartThatTheirSessionsAreGone() throws MqttException {
        DeviceId id = new DeviceId("contract-z");
        Login login = device(id);
        TestClient.connect(uri(), id.value(), login, 600, Optional.empty()).vanish();
        TestClient back = TestClient.connect(uri(), id.value(), login, 600, Optional.empty());
        assertThat(back.hasResumedItsSession()).isTrue();
        back.vanish();

        broker.close();
        broker = EmbeddedMqttBroker.start(directory, port, KEY.verificationKeys());

        try (TestClient after = TestClient.connect(uri(), id.value(), login, 600, Optional.empty())) {
            assertThat(after.hasResumedItsSession()).isFalse();
        }
    }
}
