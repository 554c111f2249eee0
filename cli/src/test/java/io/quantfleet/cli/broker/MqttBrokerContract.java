package io.quantfleet.cli.broker;

import static io.quantfleet.cli.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.quantfleet.cli.broker.TestClient.Will;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.awaitility.Awaitility;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.Test;

/**
 * What a broker must do to serve Quantfleet: admit devices and services by their credentials, confine each device to its
 * own topics, keep what is retained, and lose nothing of QoS 1. How it refuses (an error, a closed connection, silence)
 * is its own affair; the tests look only at what gets through. Device ids are used by one test each.
 */
public abstract class MqttBrokerContract {
    private static final long SESSION_SECONDS = 600;

    static {
        // Paho's threads may fall over while a connection is cut, which is theirs to do and proves nothing.
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
    }

    /** {@code tcp://HOST:PORT} of the broker under test. */
    protected abstract String uri();

    /** What the device {@code id} shows the broker; the ids are {@code contract-a} to {@code contract-z}. */
    protected abstract Login device(DeviceId id);

    /** What the control plane shows the broker. */
    protected abstract Login service();

    @Test
    void admitsDevicesAndServices() throws MqttException {
        DeviceId id = new DeviceId("contract-a");
        try (TestClient device = connectDevice(id);
                TestClient service = connectService("admits")) {
            assertThat(device.isConnected()).isTrue();
            assertThat(service.isConnected()).isTrue();
        }
    }

    @Test
    void refusesAPasswordThatIsNotTheDevices() {
        DeviceId id = new DeviceId("contract-b");
        Login anothers =
                new Login(id.value(), device(new DeviceId("contract-c")).password());
        assertThatThrownBy(() -> TestClient.connect(uri(), id.value(), anothers))
                .isInstanceOf(MqttException.class);
        Login made = new Login(id.value(), "bm90IGEgY3JlZGVudGlhbA");
        assertThatThrownBy(() -> TestClient.connect(uri(), id.value(), made)).isInstanceOf(MqttException.class);
        Login empty = new Login(id.value(), "");
        assertThatThrownBy(() -> TestClient.connect(uri(), id.value(), empty)).isInstanceOf(MqttException.class);
    }

    @Test
    void keepsADeviceFromTakingOverTheSessionOfAnother() throws MqttException {
        DeviceId victim = new DeviceId("contract-d");
        try (TestClient device = connectDevice(victim);
                TestClient service = connectService("takeover")) {
            assertThat(device.subscribe(desired(victim))).isTrue();
            try {
                TestClient.connect(uri(), victim.value(), device(new DeviceId("contract-e")))
                        .close();
            } catch (MqttException refused) {
                // as it may be
            }
            service.publish(desired(victim), "still here");
            await().untilAsserted(() -> assertThat(device.texts()).containsExactly("still here"));
        }
    }

    @Test
    void givesADeviceItsRetainedDesiredState() throws MqttException {
        DeviceId id = new DeviceId("contract-f");
        try (TestClient service = connectService("desired")) {
            assertThat(service.publish(desired(id), utf8("old"), true)).isTrue();
            assertThat(service.publish(desired(id), utf8("new"), true)).isTrue();
        }
        try (TestClient device = connectDevice(id)) {
            assertThat(device.subscribe(desired(id))).isTrue();
            await().untilAsserted(() -> assertThat(device.texts()).containsExactly("new"));
            assertThat(device.received().get(0).retained()).isTrue();
        }
    }

    @Test
    void keepsADeviceFromReadingWhatIsForOthers() throws MqttException {
        DeviceId curious = new DeviceId("contract-g");
        DeviceId other = new DeviceId("contract-h");
        try (TestClient device = connectDevice(curious);
                TestClient service = connectService("reading")) {
            device.subscribe(desired(other));
            device.subscribe(MqttTopics.everyDevice(Channel.DESIRED));
            device.subscribe(MqttTopics.everyDevice(Channel.REPORTED));
            device.subscribe(MqttTopics.everything());
            device.subscribe("#");
            try (TestClient again = device.isConnected() ? device : connectDevice(curious)) {
                assertThat(again.subscribe(desired(curious))).isTrue();
                service.publish(desired(other), "for the other");
                service.publish(MqttTopics.of(other, Channel.REPORTED), "from the other");
                service.publish(desired(curious), "own");
                await().untilAsserted(() -> assertThat(again.texts()).contains("own"));
                assertThat(again.texts()).containsOnly("own");
            }
        }
    }

    @Test
    void keepsADeviceFromWritingWhatIsNotItsOwn() throws MqttException {
        DeviceId liar = new DeviceId("contract-i");
        DeviceId other = new DeviceId("contract-j");
        Sha256 chunk = Sha256.of(utf8("forged"));
        try (TestClient service = connectService("writing")) {
            assertThat(service.subscribe(MqttTopics.everything())).isTrue();
            tryToPublish(liar, MqttTopics.of(other, Channel.REPORTED));
            tryToPublish(liar, MqttTopics.of(other, Channel.TELEMETRY));
            tryToPublish(liar, desired(liar));
            tryToPublish(liar, desired(other));
            tryToPublish(liar, MqttTopics.chunk(chunk));
            try (TestClient device = connectDevice(liar)) {
                assertThat(device.publish(MqttTopics.of(liar, Channel.TELEMETRY), "own"))
                        .isTrue();
            }
            await().untilAsserted(() -> assertThat(service.texts()).contains("own"));
            assertThat(service.texts()).doesNotContain("forged");
        }
    }

    @Test
    void keepsChunksForThoseWhoComeLater() throws MqttException {
        byte[] content = new byte[256 * 1024];
        new Random(7).nextBytes(content);
        String topic = MqttTopics.chunk(Sha256.of(content));
        try (TestClient service = connectService("chunks")) {
            assertThat(service.publish(topic, content, true)).isTrue();
        }
        try (TestClient device = connectDevice(new DeviceId("contract-k"))) {
            assertThat(device.subscribe(topic)).isTrue();
            await().untilAsserted(() -> assertThat(device.received()).hasSize(1));
            assertThat(device.received().get(0).payload()).isEqualTo(ByteString.copyFrom(content));
        }
    }

    @Test
    void forgetsAChunkThatIsPublishedEmpty() throws MqttException {
        byte[] content = utf8("soon forgotten");
        String topic = MqttTopics.chunk(Sha256.of(content));
        String fence = MqttTopics.chunk(Sha256.of(utf8("fence")));
        try (TestClient service = connectService("forgets")) {
            assertThat(service.publish(topic, content, true)).isTrue();
            assertThat(service.publish(topic, new byte[0], true)).isTrue();
            assertThat(service.publish(fence, utf8("fence"), true)).isTrue();
        }
        try (TestClient device = connectDevice(new DeviceId("contract-l"))) {
            assertThat(device.subscribe(topic)).isTrue();
            assertThat(device.subscribe(fence)).isTrue();
            await().untilAsserted(() -> assertThat(device.texts()).containsExactly("fence"));
        }
    }

    @Test
    void saysForADeviceThatItHasVanished() throws MqttException {
        DeviceId id = new DeviceId("contract-m");
        String presence = MqttTopics.of(id, Channel.PRESENCE);
        try (TestClient service = connectService("presence")) {
            assertThat(service.subscribe(presence)).isTrue();
            TestClient device =
                    TestClient.connect(uri(), id.value(), device(id), 0, Optional.of(new Will(presence, "offline")));
            assertThat(device.publish(presence, utf8("online"), true)).isTrue();
            device.vanish();
            await().untilAsserted(() -> assertThat(service.texts()).containsExactly("online", "offline"));
        }
    }

    @Test
    void saysNothingForADeviceThatTookItsLeave() throws MqttException {
        DeviceId id = new DeviceId("contract-n");
        String presence = MqttTopics.of(id, Channel.PRESENCE);
        try (TestClient service = connectService("leave")) {
            assertThat(service.subscribe(presence)).isTrue();
            TestClient.connect(uri(), id.value(), device(id), 0, Optional.of(new Will(presence, "offline")))
                    .close();
            assertThat(service.publish(presence, "fence")).isTrue();
            await().untilAsserted(() -> assertThat(service.texts()).containsExactly("fence"));
        }
    }

    @Test
    void keepsMessagesForADeviceThatIsAway() throws MqttException {
        DeviceId id = new DeviceId("contract-o");
        TestClient first = TestClient.connect(uri(), id.value(), device(id), SESSION_SECONDS, Optional.empty());
        assertThat(first.subscribe(desired(id))).isTrue();
        first.vanish();
        try (TestClient service = connectService("away")) {
            for (int i = 0; i < 20; i++) {
                assertThat(service.publish(desired(id), "message " + i)).isTrue();
            }
        }
        try (TestClient back = TestClient.connect(uri(), id.value(), device(id), SESSION_SECONDS, Optional.empty())) {
            await().untilAsserted(() -> assertThat(back.texts()).hasSize(20));
            assertThat(back.texts())
                    .startsWith("message 0")
                    .endsWith("message 19")
                    .doesNotHaveDuplicates();
        }
    }

    private void tryToPublish(DeviceId from, String topic) throws MqttException {
        TestClient device = connectDevice(from);
        device.publish(topic, "forged");
        // The broker may be closing the connection at this moment, and then nobody answers a farewell.
        device.vanish();
    }

    private TestClient connectDevice(DeviceId id) throws MqttException {
        return TestClient.connect(uri(), id.value(), device(id));
    }

    private TestClient connectService(String purpose) throws MqttException {
        return TestClient.connect(uri(), "contract-service-" + purpose, service());
    }

    private static String desired(DeviceId id) {
        return MqttTopics.of(id, Channel.DESIRED);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
