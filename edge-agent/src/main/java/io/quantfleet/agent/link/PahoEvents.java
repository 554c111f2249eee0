package io.quantfleet.agent.link;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands the two of Paho's events that matter on; called on Paho's threads. */
final class PahoEvents implements MqttCallback {
    private static final Logger LOG = LoggerFactory.getLogger(PahoEvents.class);

    private final BiConsumer<String, MqttMessage> received;
    private final Consumer<String> lost;

    PahoEvents(BiConsumer<String, MqttMessage> received, Consumer<String> lost) {
        this.received = received;
        this.lost = lost;
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        received.accept(topic, message);
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {
        String reason = response.getReasonString();
        lost.accept(reason == null ? String.valueOf(response.getException()) : reason);
    }

    @Override
    public void mqttErrorOccurred(MqttException exception) {
        LOG.warn("MQTT error: {}", exception.getMessage());
    }

    @Override
    public void deliveryComplete(IMqttToken token) {
        // Each publish has a listener of its own.
    }

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {
        // The link waits for its connect.
    }

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {
        // No extended authentication.
    }
}
