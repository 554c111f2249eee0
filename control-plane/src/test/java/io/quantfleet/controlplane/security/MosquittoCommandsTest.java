package io.quantfleet.controlplane.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.protocols.DeviceId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class MosquittoCommandsTest {
    private static final DeviceId DEVICE = new DeviceId("d1");

    @Test
    void grantsADeviceItsOwnTopicsAndNothingElse() throws IOException {
        JsonNode role = command("modifyRole");

        assertThat(values(role.get("acls"), "topic"))
                .containsOnly(
                        "quantfleet/v1/devices/d1/desired",
                        "quantfleet/v1/devices/d1/reported",
                        "quantfleet/v1/devices/d1/presence",
                        "quantfleet/v1/devices/d1/telemetry",
                        "quantfleet/v1/chunks/+");
        assertThat(StreamSupport.stream(role.get("acls").spliterator(), false)
                        .filter(acl -> acl.get("acltype").asText().equals("publishClientSend"))
                        .map(acl -> acl.get("topic").asText()))
                .doesNotContain("quantfleet/v1/devices/d1/desired", "quantfleet/v1/chunks/+");
    }

    @Test
    void bindsTheAccountToTheDevicesClientId() throws IOException {
        for (String command : List.of("createClient", "modifyClient")) {
            JsonNode client = command(command);

            assertThat(client.get("username").asText()).isEqualTo("d1");
            assertThat(client.get("clientid").asText()).isEqualTo("d1");
            assertThat(client.get("password").asText()).isEqualTo("secret");
            assertThat(values(client.get("roles"), "rolename")).containsExactly("quantfleet-device-d1");
        }
    }

    @Test
    void takesWhatIsAlreadyThereForGranted() {
        assertThat(objection("""
                        {"responses":[{"command":"createRole","error":"Role already exists"},
                        {"command":"modifyRole"},{"command":"createClient","error":"Client already exists"},
                        {"command":"modifyClient"}]}
                        """)).isEmpty();
    }

    @Test
    void takesAnAccountAwayEvenIfItIsGone() throws IOException {
        JsonNode commands =
                new ObjectMapper().readTree(MosquittoCommands.expel(DEVICE)).path("commands");

        assertThat(values(commands, "command")).containsExactly("deleteClient", "deleteRole");
        assertThat(commands.get(0).get("username").asText()).isEqualTo("d1");
        assertThat(commands.get(1).get("rolename").asText()).isEqualTo("quantfleet-device-d1");
        assertThat(objection("""
                        {"responses":[{"command":"deleteClient","error":"Client not found"},
                        {"command":"deleteRole","error":"Role not found"}]}
                        """)).isEmpty();
    }

    @Test
    void namesTheCommandThatThePluginRefused() {
        assertThat(objection("{\"responses\":[{\"command\":\"modifyClient\",\"error\":\"Client not found\"}]}"))
                .hasValue("modifyClient: Client not found");
    }

    @Test
    void distrustsAnAnswerThatIsNone() {
        assertThat(objection("{}")).isPresent();
        assertThat(objection("not JSON")).isPresent();
    }

    private static Optional<String> objection(String response) {
        return MosquittoCommands.objection(response.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode command(String name) throws IOException {
        JsonNode commands = new ObjectMapper()
                .readTree(MosquittoCommands.admit(DEVICE, "secret"))
                .get("commands");
        return StreamSupport.stream(commands.spliterator(), false)
                .filter(command -> command.get("command").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> values(JsonNode array, String field) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(entry -> entry.get(field).asText())
                .toList();
    }
}
