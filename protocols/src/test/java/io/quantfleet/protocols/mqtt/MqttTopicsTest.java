package io.quantfleet.protocols.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import io.quantfleet.protocols.mqtt.MqttTopics.DeviceTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MqttTopicsTest {
    private static final DeviceId DEVICE = new DeviceId("cam-1");

    @ParameterizedTest
    @EnumSource
    void parsesWhatItBuilds(Channel channel) {
        assertThat(MqttTopics.parseDevice(MqttTopics.of(DEVICE, channel))).contains(new DeviceTopic(DEVICE, channel));
    }

    @Test
    void parsesAChunksTopic() {
        Sha256 chunk = Sha256.of(new byte[] {1});

        assertThat(MqttTopics.parseChunk(MqttTopics.chunk(chunk))).contains(chunk);
    }

    @Test
    void parsesTheTopicOfARevocation() {
        assertThat(MqttTopics.parseRevoked(MqttTopics.revoked(DEVICE))).contains(DEVICE);
        assertThat(MqttTopics.parseRevoked("quantfleet/v1/devices/revoked")).isEmpty();
        assertThat(MqttTopics.parseRevoked("quantfleet/v1/devices/cam-1/desired"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "quantfleet/v1/devices/cam-1",
                "quantfleet/v1/devices/cam-1/other",
                "quantfleet/v1/devices/cam-1/desired/x",
                "quantfleet/v1/devices/+/desired",
                "quantfleet/v2/devices/cam-1/desired",
                "quantfleet/v1/chunks/abc"
            })
    void anyOtherTopicIsNone(String topic) {
        assertThat(MqttTopics.parseDevice(topic)).isEmpty();
        assertThat(MqttTopics.parseChunk(topic)).isEmpty();
    }

    @Test
    void theTopicsAreAsDocumented() {
        assertThat(MqttTopics.of(DEVICE, Channel.DESIRED)).isEqualTo("quantfleet/v1/devices/cam-1/desired");
        assertThat(MqttTopics.everyDevice(Channel.TELEMETRY)).isEqualTo("quantfleet/v1/devices/+/telemetry");
        assertThat(MqttTopics.shared("ingest", MqttTopics.everyDevice(Channel.REPORTED)))
                .isEqualTo("$share/ingest/quantfleet/v1/devices/+/reported");
        assertThat(MqttTopics.everyChunk()).isEqualTo("quantfleet/v1/chunks/+");
    }
}
