package io.quantfleet.controlplane.delivery;

import io.quantfleet.protocols.trace.TraceParent;
import java.util.List;
import java.util.Optional;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;

/** The context of a trace in the user properties of a message. */
final class PahoTraceContext {
    private PahoTraceContext() {}

    static MqttProperties properties(TraceParent trace) {
        MqttProperties properties = new MqttProperties();
        properties.setUserProperties(List.of(new UserProperty(TraceParent.NAME, trace.value())));
        return properties;
    }

    static Optional<TraceParent> read(MqttMessage message) {
        return Optional.ofNullable(message.getProperties()).stream()
                .flatMap(properties -> properties.getUserProperties().stream())
                .filter(property -> property.getKey().equals(TraceParent.NAME))
                .findFirst()
                .flatMap(property -> TraceParent.parse(property.getValue()));
    }
}
