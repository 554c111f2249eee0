package io.quantfleet.controlplane.telemetry;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import io.cloudevents.CloudEvent;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.kafka.Events;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import io.quantfleet.protocols.v1.DevicePresenceChanged;
import io.quantfleet.protocols.v1.DeviceReported;
import io.quantfleet.protocols.v1.Presence;
import io.quantfleet.protocols.v1.ReportedState;
import io.quantfleet.protocols.v1.TelemetryWindow;
import io.quantfleet.protocols.v1.TelemetryWindowReceived;
import java.time.Instant;

/** Turns what a device published into the event that tells the services. */
final class DeviceMessages {
    private static final String SOURCE = "/control-plane";
    private static final int MAX_BYTES = 128 << 10;

    private DeviceMessages() {}

    /**
     * The event, and the device and channel it is from.
     *
     * @param event its id names the message, so that the same message again makes the same event
     */
    record Arrived(DeviceId device, Channel channel, CloudEvent event) {}

    /**
     * Reads a message.
     *
     * @throws IllegalArgumentException if it is none that a device may publish there; the text says why
     */
    static Arrived read(String topic, byte[] payload, Instant now) {
        MqttTopics.DeviceTopic parsed = MqttTopics.parseDevice(topic)
                .orElseThrow(() -> new IllegalArgumentException("not the topic of a device: " + topic));
        if (payload.length > MAX_BYTES) {
            throw new IllegalArgumentException(payload.length + " bytes on " + topic);
        }
        try {
            return new Arrived(parsed.device(), parsed.channel(), event(parsed, payload, now));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("what came on " + topic + " doesn't parse: " + e.getMessage(), e);
        }
    }

    private static CloudEvent event(MqttTopics.DeviceTopic topic, byte[] payload, Instant now)
            throws InvalidProtocolBufferException {
        DeviceId device = topic.device();
        Timestamp received = Timestamp.newBuilder()
                .setSeconds(now.getEpochSecond())
                .setNanos(now.getNano())
                .build();
        switch (topic.channel()) {
            case REPORTED -> {
                ReportedState state = ReportedState.parseFrom(payload);
                requireSelf(device, state.getDeviceId());
                return event(
                        DeviceReported.newBuilder()
                                .setState(state)
                                .setReceivedAt(received)
                                .build(),
                        device,
                        "report/" + Long.toUnsignedString(state.getReportNumber()) + "/" + millis(state.getAt()),
                        now);
            }
            case PRESENCE -> {
                Presence presence = Presence.parseFrom(payload);
                requireSelf(device, presence.getDeviceId());
                return event(
                        DevicePresenceChanged.newBuilder()
                                .setPresence(presence)
                                .setReceivedAt(received)
                                .build(),
                        device,
                        (presence.getOnline() ? "online/" : "offline/") + millis(presence.getAt()),
                        now);
            }
            case TELEMETRY -> {
                TelemetryWindow window = TelemetryWindow.parseFrom(payload);
                requireSelf(device, window.getDeviceId());
                return event(
                        TelemetryWindowReceived.newBuilder()
                                .setWindow(window)
                                .setReceivedAt(received)
                                .build(),
                        device,
                        "window/" + Long.toUnsignedString(window.getWindowNumber()) + "/" + millis(window.getStart()),
                        now);
            }
            case DESIRED -> throw new IllegalArgumentException("a device does not publish its desired state");
        }
        throw new IllegalStateException("every channel returns above");
    }

    private static CloudEvent event(Message message, DeviceId device, String id, Instant now) {
        return Events.of(message, device + "/" + id, SOURCE, device.value(), now);
    }

    private static void requireSelf(DeviceId device, String claimed) {
        if (!device.value().equals(claimed)) {
            throw new IllegalArgumentException("device '" + device + "' speaks as '" + claimed + "'");
        }
    }

    private static long millis(Timestamp timestamp) {
        return timestamp.getSeconds() * 1000 + timestamp.getNanos() / 1_000_000;
    }
}
