package io.quantfleet.cli.deploy;

import io.quantfleet.cli.broker.Login;
import io.quantfleet.cli.broker.MqttBrokerContract;
import io.quantfleet.controlplane.security.MosquittoDynamicSecurity;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.security.Credentials;
import io.quantfleet.protocols.signing.SigningKey;
import io.quantfleet.protocols.v1.Role;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/** Our image of Mosquitto keeps the contract that the embedded broker keeps, with the accounts the control plane makes. */
@Tag("container")
class MosquittoIT extends MqttBrokerContract {
    private static final int PORT = 1883;
    private static final String PASSWORD = "of the control plane";
    private static final SigningKey KEY = SigningKey.generate();

    private static GenericContainer<?> broker;
    private static MosquittoDynamicSecurity accounts;

    /** Each device is admitted once: admitting it again would disconnect it. */
    private final Map<DeviceId, Login> admitted = new HashMap<>();

    @BeforeAll
    static void startBroker() throws Exception {
        Docker.prepareBaseImages();
        broker = new GenericContainer<>(Docker.build("mosquitto"))
                .withEnv("QUANTFLEET_MQTT_PASSWORD", PASSWORD)
                .withExposedPorts(PORT)
                .waitingFor(Wait.forHealthcheck());
        broker.start();
        accounts = new MosquittoDynamicSecurity(URI.create(address()), PASSWORD);
    }

    @AfterAll
    static void stopBroker() {
        broker.stop();
    }

    private static String address() {
        return "tcp://" + broker.getHost() + ":" + broker.getMappedPort(PORT);
    }

    @Override
    protected String uri() {
        return address();
    }

    @Override
    protected Login device(DeviceId id) {
        return admitted.computeIfAbsent(id, device -> {
            String credential = Credentials.issue(KEY, device.value(), Role.ROLE_DEVICE, Instant.now());
            accounts.admit(device, credential);
            return new Login(device.value(), credential);
        });
    }

    @Override
    protected Login service() {
        return new Login("control-plane", PASSWORD);
    }
}
