package io.quantfleet.controlplane.security;

import java.util.concurrent.CompletableFuture;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** Hands over the first message that arrives, or what ends the wait for it. */
record MosquittoResponse(CompletableFuture<byte[]> message) implements MqttCallback {
    @Override
    public void messageArrived(String topic, MqttMessage arrived) {
        message.complete(arrived.getPayload());
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {
        message.completeExceptionally(new IllegalStateException("the broker closed the connection"));
    }

    @Override
    public void mqttErrorOccurred(MqttException failure) {
        message.completeExceptionally(failure);
    }

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String uri) {}

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {}
}
