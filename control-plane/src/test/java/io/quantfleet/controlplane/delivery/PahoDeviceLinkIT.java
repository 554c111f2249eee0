package io.quantfleet.controlplane.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.controlplane.security.MqttAddress;
import io.quantfleet.controlplane.security.SignedAccounts;
import io.quantfleet.controlplane.testing.FreePorts;
import io.quantfleet.controlplane.testing.Patience;
import io.quantfleet.controlplane.testing.TestMqttBroker;
import io.quantfleet.protocols.signing.SigningKey;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PahoDeviceLinkIT {
    private static final int MESSAGES = 5000;

    @TempDir
    private Path directory;

    private TestMqttBroker broker;
    private PahoDeviceLink link;

    @BeforeEach
    void connect() throws Exception {
        SigningKey key = SigningKey.generate();
        int port = FreePorts.next();
        broker = TestMqttBroker.start(directory, port, key.verificationKeys());
        URI uri = URI.create("tcp://127.0.0.1:" + port);
        MqttLogin login = new MqttLogin(new MqttAddress(uri, uri), "test", new SignedAccounts(key, Clock.systemUTC()));
        link = new PahoDeviceLink(login, (topic, payload, trace, acknowledge) -> acknowledge.run(), greeting -> {});
        link.connectIfNeeded();
    }

    @AfterEach
    void disconnect() {
        link.close();
        broker.close();
    }

    @Test
    void publishesThousandsOfMessagesOneAfterTheOther() throws Exception {
        for (int i = 0; i < MESSAGES; i++) {
            link.publishRetained(topic(i), new byte[] {1}).get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void publishesThousandsOfMessagesWithoutWaiting() throws Exception {
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            sent.add(link.publishRetained(topic(i), new byte[] {1}));
        }

        assertThat(CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)))
                .succeedsWithin(Patience.LIMIT);
    }

    private static String topic(int number) {
        return "quantfleet/v1/devices/cam-" + number % 50 + "/desired";
    }
}
