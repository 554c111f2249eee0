package io.quantfleet.cli.apply;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quantfleet.cli.client.ControlPlaneClient;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Device classes; the spec is the profile without its name. */
final class DeviceClassKind implements Kind {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .build();

    @Override
    public String label() {
        return "DeviceClass";
    }

    @Override
    public Optional<JsonNode> current(ControlPlaneClient client, String name) {
        return client.find(ControlPlaneClient.path("device-classes", name))
                .map(found -> Kind.without(read(found.path("profile").asText()), "name"));
    }

    @Override
    public JsonNode wanted(
            ControlPlaneClient client, Document document, Optional<JsonNode> current, Set<String> fleetsToCome) {
        JsonNode wanted = Kind.without(document.spec(), "name");
        // One that is in use can't be put any more, not even as it is.
        if (current.isEmpty() || !FieldChange.between(current.get(), wanted).isEmpty()) {
            send(client, document, current, "?dryRun=true");
        }
        return wanted;
    }

    @Override
    public void put(ControlPlaneClient client, Document document, Optional<JsonNode> current) {
        send(client, document, current, "");
    }

    private static void send(ControlPlaneClient client, Document document, Optional<JsonNode> current, String query) {
        Map<String, Object> body = Map.of("profile", profile(document));
        if (current.isEmpty()) {
            JsonNode unused = client.send("device-classes" + query, body);
        } else {
            JsonNode unused = client.put(ControlPlaneClient.path("device-classes", document.name()) + query, body);
        }
    }

    private static String profile(Document document) {
        ObjectNode profile = YAML.createObjectNode();
        profile.put("name", document.name());
        document.spec().properties().forEach(field -> profile.putIfAbsent(field.getKey(), field.getValue()));
        try {
            return YAML.writeValueAsString(profile);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what came as YAML can be written as YAML", e);
        }
    }

    private static JsonNode read(String profile) {
        try {
            return YAML.readTree(profile);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the control plane holds a profile that is no YAML", e);
        }
    }
}
