package io.quantfleet.controlplane.security;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.mqtt.MqttTopics;
import io.quantfleet.protocols.mqtt.MqttTopics.Channel;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/**
 * The words of Mosquitto's dynamic security plugin: messages of commands that admit a device or expel it, and the
 * answer to them.
 * Role and client are created and then modified, so that the outcome is the same whatever was there before.
 */
final class MosquittoCommands {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROLE_PREFIX = "quantfleet-device-";
    private static final Set<String> HARMLESS = Set.of(
            "createRole: Role already exists",
            "createClient: Client already exists",
            "deleteRole: Role not found",
            "deleteClient: Client not found");

    private MosquittoCommands() {}

    static byte[] admit(DeviceId device, String password) {
        String role = ROLE_PREFIX + device;
        ObjectNode message = JSON.createObjectNode();
        ArrayNode commands = message.putArray("commands");
        commands.addObject().put("command", "createRole").put("rolename", role);
        ObjectNode modifyRole =
                commands.addObject().put("command", "modifyRole").put("rolename", role);
        addPermissions(modifyRole.putArray("acls"), device);
        addClient(commands, "createClient", device, password, role);
        addClient(commands, "modifyClient", device, password, role);
        return bytes(message);
    }

    /** Takes the account and its role away; Mosquitto closes the connection of a client whose account is gone. */
    static byte[] expel(DeviceId device) {
        ObjectNode message = JSON.createObjectNode();
        ArrayNode commands = message.putArray("commands");
        commands.addObject().put("command", "deleteClient").put("username", device.value());
        commands.addObject().put("command", "deleteRole").put("rolename", ROLE_PREFIX + device);
        return bytes(message);
    }

    private static byte[] bytes(ObjectNode message) {
        try {
            return JSON.writeValueAsBytes(message);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }

    private static void addClient(ArrayNode commands, String command, DeviceId device, String password, String role) {
        ObjectNode client = commands.addObject().put("command", command);
        client.put("username", device.value()).put("clientid", device.value()).put("password", password);
        client.putArray("roles").addObject().put("rolename", role);
    }

    private static void addPermissions(ArrayNode permissions, DeviceId device) {
        String desired = MqttTopics.of(device, Channel.DESIRED);
        addPermission(permissions, "subscribeLiteral", desired);
        addPermission(permissions, "publishClientReceive", desired);
        addPermission(permissions, "subscribePattern", MqttTopics.everyChunk());
        addPermission(permissions, "publishClientReceive", MqttTopics.everyChunk());
        addPermission(permissions, "publishClientSend", MqttTopics.of(device, Channel.REPORTED));
        addPermission(permissions, "publishClientSend", MqttTopics.of(device, Channel.PRESENCE));
        addPermission(permissions, "publishClientSend", MqttTopics.of(device, Channel.TELEMETRY));
    }

    private static void addPermission(ArrayNode permissions, String type, String topic) {
        permissions.addObject().put("acltype", type).put("topic", topic).put("allow", true);
    }

    /** What the plugin objects to in a message of commands; empty if all is as it was asked. */
    static Optional<String> objection(byte[] response) {
        JsonNode responses;
        try {
            responses = JSON.readTree(response).path("responses");
        } catch (IOException e) {
            return Optional.of("its answer is not JSON");
        }
        if (responses.isEmpty()) {
            return Optional.of("its answer holds no responses");
        }
        for (JsonNode one : responses) {
            String error = one.path("error").asText("");
            String refusal = one.path("command").asText() + ": " + error;
            if (!error.isEmpty() && !HARMLESS.contains(refusal)) {
                return Optional.of(refusal);
            }
        }
        return Optional.empty();
    }
}
