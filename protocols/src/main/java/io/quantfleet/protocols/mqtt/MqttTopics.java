package io.quantfleet.protocols.mqtt;

import com.google.protobuf.Message;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.Presence;
import io.quantfleet.protocols.v1.ReportedState;
import io.quantfleet.protocols.v1.SignedManifest;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The MQTT topics. The only place where they are built and parsed.
 *
 * <pre>
 * topic                                  written by      retained  content
 * quantfleet/v1/devices/{id}/desired     control plane   yes       SignedManifest
 * quantfleet/v1/devices/{id}/reported    the device      yes       ReportedState
 * quantfleet/v1/devices/{id}/presence    the device      yes       Presence (offline form: last will)
 * quantfleet/v1/devices/{id}/telemetry   the device      no        TelemetryWindow
 * quantfleet/v1/devices/{id}/revoked     control plane   yes       CredentialRevocation, for the broker
 * quantfleet/v1/chunks/{sha256}          control plane   yes       the chunk's bytes
 * </pre>
 */
public final class MqttTopics {
    private static final String ROOT = "quantfleet/v1/";
    private static final String DEVICES = ROOT + "devices/";
    private static final String CHUNKS = ROOT + "chunks/";
    private static final String REVOKED = "/revoked";
    private static final Pattern REVOKED_TOPIC = Pattern.compile(Pattern.quote(DEVICES) + "([^/]+)" + REVOKED);
    private static final Pattern DEVICE_TOPIC = Pattern.compile(Pattern.quote(DEVICES) + "([^/]+)/([^/]+)");

    private MqttTopics() {}

    /** What is said by a device or to it, and the last level of the topic that it is said on. */
    public enum Channel {
        DESIRED("desired", false, true, SignedManifest.getDefaultInstance()),
        REPORTED("reported", true, true, ReportedState.getDefaultInstance()),
        PRESENCE("presence", true, true, Presence.getDefaultInstance()),
        TELEMETRY("telemetry", true, false, TelemetryWindow.getDefaultInstance());

        private final String level;
        private final boolean fromDevice;
        private final boolean retained;
        private final Message message;

        Channel(String level, boolean fromDevice, boolean retained, Message message) {
            this.level = level;
            this.fromDevice = fromDevice;
            this.retained = retained;
            this.message = message;
        }

        /** Whether the device publishes on it; otherwise the control plane does. */
        public boolean isFromDevice() {
            return fromDevice;
        }

        /** Whether the broker keeps the last message. */
        public boolean isRetained() {
            return retained;
        }

        /** An empty message of the kind that travels on it. */
        public Message message() {
            return message;
        }
    }

    /** A topic of one device, taken apart. */
    public record DeviceTopic(DeviceId device, Channel channel) {}

    /** The topic of one device's channel. */
    public static String of(DeviceId device, Channel channel) {
        return DEVICES + device + "/" + channel.level;
    }

    /** Where it is said that a device's credentials are void; for the broker. */
    public static String revoked(DeviceId device) {
        return DEVICES + device + REVOKED;
    }

    /** The device of such a topic; empty for any other topic. */
    public static Optional<DeviceId> parseRevoked(String topic) {
        Matcher matcher = REVOKED_TOPIC.matcher(topic);
        return matcher.matches() ? deviceId(matcher.group(1)) : Optional.empty();
    }

    /** A filter that matches one channel of every device. */
    public static String everyDevice(Channel channel) {
        return DEVICES + "+/" + channel.level;
    }

    /** {@code filter} shared among the subscribers of {@code group} (MQTT 5, section 4.8.2). */
    public static String shared(String group, String filter) {
        return "$share/" + group + "/" + filter;
    }

    /** The topic that holds a chunk. */
    public static String chunk(Sha256 chunk) {
        return CHUNKS + chunk;
    }

    /** A filter that matches every chunk. */
    public static String everyChunk() {
        return CHUNKS + "+";
    }

    /** A filter that matches every topic of Quantfleet. */
    public static String everything() {
        return ROOT + "#";
    }

    /** The device and channel of a topic; empty for any other topic. */
    public static Optional<DeviceTopic> parseDevice(String topic) {
        Matcher matcher = DEVICE_TOPIC.matcher(topic);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        for (Channel channel : Channel.values()) {
            if (channel.level.equals(matcher.group(2))) {
                return deviceId(matcher.group(1)).map(id -> new DeviceTopic(id, channel));
            }
        }
        return Optional.empty();
    }

    /** The hash of a chunk's topic; empty for any other topic. */
    public static Optional<Sha256> parseChunk(String topic) {
        if (!topic.startsWith(CHUNKS)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Sha256(topic.substring(CHUNKS.length())));
        } catch (IllegalArgumentException notAHash) {
            return Optional.empty();
        }
    }

    private static Optional<DeviceId> deviceId(String level) {
        try {
            return Optional.of(new DeviceId(level));
        } catch (IllegalArgumentException notAnId) {
            return Optional.empty();
        }
    }
}
