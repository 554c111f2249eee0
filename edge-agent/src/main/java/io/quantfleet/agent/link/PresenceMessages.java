package io.quantfleet.agent.link;

import com.google.protobuf.Timestamp;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.v1.Presence;
import java.time.Clock;
import java.time.Instant;

/** What a device says of its being there: by itself when it comes and goes, by its last will when it vanishes. */
public final class PresenceMessages {
    private final DeviceId deviceId;
    private final String deviceClass;
    private final String agentVersion;
    private final Clock clock;

    public PresenceMessages(DeviceId deviceId, String deviceClass, String agentVersion, Clock clock) {
        this.deviceId = deviceId;
        this.deviceClass = deviceClass;
        this.agentVersion = agentVersion;
        this.clock = clock;
    }

    /** The topic for both messages. */
    public String topic() {
        return MqttTopics.of(deviceId, MqttTopics.Channel.PRESENCE);
    }

    /** The device is there. */
    public byte[] online() {
        return presence(true);
    }

    /** The device is gone. */
    public byte[] offline() {
        return presence(false);
    }

    private byte[] presence(boolean online) {
        Instant now = clock.instant();
        return Presence.newBuilder()
                .setDeviceId(deviceId.value())
                .setOnline(online)
                .setAgentVersion(agentVersion)
                .setDeviceClass(deviceClass)
                .setAt(Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()))
                .build()
                .toByteArray();
    }
}
