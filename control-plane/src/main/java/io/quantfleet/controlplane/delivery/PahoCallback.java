package io.quantfleet.controlplane.delivery;

import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jboss.logging.Logger;

/** What Paho calls on its threads: it hands over and returns. */
final class PahoCallback implements MqttCallback {
    private static final Logger LOG = Logger.getLogger(PahoCallback.class);

    private final MqttAsyncClient client;
    private final DeviceInbox inbox;
    private final Runnable lost;

    PahoCallback(MqttAsyncClient client, DeviceInbox inbox, Runnable lost) {
        this.client = client;
        this.inbox = inbox;
        this.lost = lost;
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        int id = message.getId();
        int qos = message.getQos();
        inbox.arrived(topic, message.getPayload(), PahoTraceContext.read(message), () -> acknowledge(id, qos));
    }

    private void acknowledge(int id, int qos) {
        try {
            client.messageArrivedComplete(id, qos);
        } catch (MqttException | RuntimeException e) {
            // The connection it came by is gone: the broker sends it again on the next one.
            LOG.debugf(e, "message %d could not be acknowledged", id);
        }
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {
        lost.run();
    }

    @Override
    public void mqttErrorOccurred(MqttException failure) {
        LOG.warnf(failure, "the MQTT client met an error");
    }

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String uri) {}

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {}
}
