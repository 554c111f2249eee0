package io.quantfleet.cli.simulate;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.agent.link.DeviceLink;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.v1.ReportedState;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/** Counts what passes over a link, in both directions. Safe for use by several threads. */
final class ObservedLink implements DeviceLink {
    private static final String STATE_PREFIX = "DEVICE_STATE_";

    private final DeviceLink link;
    private final DeviceTally tally;

    ObservedLink(DeviceLink link, DeviceTally tally) {
        this.link = link;
        this.tally = tally;
    }

    @Override
    public void start(Listener listener) {
        link.start(new Listener() {
            @Override
            public void sessionLost() {
                listener.sessionLost();
            }

            @Override
            public void connected() {
                tally.connected(true);
                listener.connected();
            }

            @Override
            public void disconnected() {
                tally.connected(false);
                listener.disconnected();
            }

            @Override
            public void received(String topic, byte[] payload, Runnable acknowledge) {
                if (MqttTopics.parseChunk(topic).isPresent()) {
                    tally.chunk(payload.length);
                }
                listener.received(topic, payload, acknowledge);
            }
        });
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload, boolean retained) {
        CompletableFuture<Void> published = link.publish(topic, payload, retained);
        return published.thenRun(() -> delivered(topic, payload));
    }

    // Counted once the broker has it: not before it is certain that it was said.
    private void delivered(String topic, byte[] payload) {
        MqttTopics.parseDevice(topic).ifPresent(parsed -> {
            if (parsed.channel() == MqttTopics.Channel.TELEMETRY) {
                tally.window();
            } else if (parsed.channel() == MqttTopics.Channel.REPORTED) {
                reported(payload);
            }
        });
    }

    private void reported(byte[] payload) {
        try {
            ReportedState report = ReportedState.parseFrom(payload);
            if (!report.getDeploymentId().isEmpty()) {
                tally.reported(
                        new DeviceTally.Standing(
                                report.getDeploymentId(),
                                report.getState().name().replace(STATE_PREFIX, ""),
                                report.getAfterActive(),
                                report.getReasonCode(),
                                report.getActiveModelName(),
                                report.getActiveModelVersion()),
                        report.getRepeats() == 0 ? report.getReportNumber() : report.getRepeats());
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the agent published a report that doesn't parse", e);
        }
    }

    @Override
    public void subscribe(Collection<String> topics) {
        link.subscribe(topics);
    }

    @Override
    public void unsubscribe(Collection<String> topics) {
        link.unsubscribe(topics);
    }

    @Override
    public void close() {
        link.close();
    }
}
