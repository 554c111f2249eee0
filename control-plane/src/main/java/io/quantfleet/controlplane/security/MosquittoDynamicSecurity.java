package io.quantfleet.controlplane.security;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.ReasonCode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;

/**
 * Makes an account and a role for each device at a Mosquitto broker, through its dynamic security plugin: Mosquitto can't
 * check signed credentials by itself, so it is told each of them as a password, which it keeps hashed. The control plane's
 * own account must be allowed to administer the plugin.
 *
 * <p>Each admission has a short connection of its own: they are rare, and nothing is left to be watched between them.
 * Mosquitto disconnects a device whose account changes, so one that enrols again connects anew. Blocks while the broker
 * works; not for the threads of an MQTT client. Safe for use by several threads.
 */
public final class MosquittoDynamicSecurity implements BrokerAccounts {
    private static final String COMMANDS = "$CONTROL/dynamic-security/v1";
    private static final String RESPONSES = COMMANDS + "/response";
    private static final int QOS = 1;
    private static final long PATIENCE_MS = 10_000;

    private final URI broker;
    private final String password;

    /**
     * Uses the account {@value BrokerAccounts#SERVICE}.
     *
     * @param broker tcp://HOST:PORT
     * @param password the account's
     */
    public MosquittoDynamicSecurity(URI broker, String password) {
        this.broker = broker;
        this.password = password;
    }

    @Override
    public String servicePassword() {
        return password;
    }

    @Override
    public void admit(DeviceId device, String devicePassword) {
        command(MosquittoCommands.admit(device, devicePassword), "has made no account for device '" + device + "'");
    }

    @Override
    public void expel(DeviceId device) {
        command(MosquittoCommands.expel(device), "has not removed the account of device '" + device + "'");
    }

    private void command(byte[] commands, String otherwise) {
        Optional<String> objection;
        try {
            objection = MosquittoCommands.objection(exchange(commands));
        } catch (MqttException | ExecutionException | TimeoutException e) {
            throw new ControlPlaneException(
                    ReasonCode.UNAVAILABLE, failure(otherwise, String.valueOf(e.getMessage())), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlPlaneException(ReasonCode.UNAVAILABLE, failure(otherwise, "interrupted"), e);
        }
        objection.ifPresent(what -> {
            throw new ControlPlaneException(ReasonCode.UNAVAILABLE, failure(otherwise, what));
        });
    }

    private byte[] exchange(byte[] commands)
            throws MqttException, ExecutionException, TimeoutException, InterruptedException {
        CompletableFuture<byte[]> response = new CompletableFuture<>();
        String clientId = SERVICE + "/admission-" + UUID.randomUUID();
        MqttAsyncClient client = new MqttAsyncClient(broker.toString(), clientId, new MemoryPersistence());
        try {
            client.setCallback(new MosquittoResponse(response));
            client.connect(options()).waitForCompletion(PATIENCE_MS);
            client.subscribe(RESPONSES, QOS).waitForCompletion(PATIENCE_MS);
            client.publish(COMMANDS, commands, QOS, false).waitForCompletion(PATIENCE_MS);
            byte[] answer = response.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
            client.disconnect().waitForCompletion(PATIENCE_MS);
            return answer;
        } finally {
            client.close(true);
        }
    }

    private MqttConnectionOptions options() {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setUserName(SERVICE);
        options.setPassword(password.getBytes(StandardCharsets.UTF_8));
        options.setCleanStart(true);
        options.setAutomaticReconnect(false);
        return options;
    }

    private String failure(String otherwise, String why) {
        return "Mosquitto at " + broker + " " + otherwise + ": " + why;
    }
}
