package io.quantfleet.controlplane.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Timestamp;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.kafka.Events;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import io.quantfleet.protocols.v1.DevicePresenceChanged;
import io.quantfleet.protocols.v1.DeviceReported;
import io.quantfleet.protocols.v1.Presence;
import io.quantfleet.protocols.v1.ReportedState;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DeviceMessagesTest {
    private static final DeviceId PI = new DeviceId("pi-1");
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    @Test
    void carriesAReportOnUnderItsNumber() {
        ReportedState state = ReportedState.newBuilder()
                .setDeviceId("pi-1")
                .setReportNumber(7)
                .setAt(Timestamp.newBuilder().setSeconds(5))
                .build();

        DeviceMessages.Arrived arrived = read(Channel.REPORTED, state);

        assertThat(arrived.event().getId()).isEqualTo("pi-1/report/7/5000");
        assertThat(arrived.event().getSubject()).isEqualTo("pi-1");
        assertThat(((DeviceReported) Events.data(arrived.event())).getState()).isEqualTo(state);
    }

    @Test
    void givesTheSameWindowTheSameId() {
        TelemetryWindow window = TelemetryWindow.newBuilder()
                .setDeviceId("pi-1")
                .setWindowNumber(3)
                .setStart(Timestamp.newBuilder().setSeconds(9))
                .build();

        assertThat(read(Channel.TELEMETRY, window).event().getId())
                .isEqualTo("pi-1/window/3/9000")
                .isEqualTo(read(Channel.TELEMETRY, window).event().getId());
    }

    @Test
    void tellsOnlineFromOffline() {
        DevicePresenceChanged offline = (DevicePresenceChanged) Events.data(
                read(Channel.PRESENCE, Presence.newBuilder().setDeviceId("pi-1").build())
                        .event());

        assertThat(offline.getPresence().getOnline()).isFalse();
        assertThat(offline.getReceivedAt().getSeconds()).isEqualTo(NOW.getEpochSecond());
    }

    @Test
    void refusesADeviceThatSpeaksForAnother() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(
                        Channel.REPORTED,
                        ReportedState.newBuilder().setDeviceId("pi-2").build()))
                .withMessageContaining("'pi-1' speaks as 'pi-2'");
    }

    @Test
    void refusesWhatNoDeviceMaySay() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> read(Channel.DESIRED, ReportedState.newBuilder().build()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeviceMessages.read("quantfleet/v1/devices/pi-1/other", new byte[0], NOW));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        DeviceMessages.read(MqttTopics.of(PI, Channel.TELEMETRY), new byte[] {(byte) 0xff, 1, 2}, NOW))
                .withMessageContaining("doesn't parse");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeviceMessages.read(MqttTopics.of(PI, Channel.TELEMETRY), new byte[1 << 20], NOW));
    }

    private static DeviceMessages.Arrived read(Channel channel, MessageLite message) {
        return DeviceMessages.read(MqttTopics.of(PI, channel), message.toByteArray(), NOW);
    }
}
