package io.quantfleet.cli.apply;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.Precondition;
import java.util.Map;
import java.util.Optional;

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
    public Optional<Current> current(ControlPlaneClient client, Document document) {
        return client.find(ControlPlaneClient.path("device-classes", document.name()))
                .map(found -> Current.of(
                        Kind.without(read(found.content().path("profile").asText()), "name"), found));
    }

    @Override
    public JsonNode wanted(ControlPlaneClient client, Document document, Optional<JsonNode> current, ToCome toCome) {
        JsonNode wanted = Kind.without(document.spec(), "name");
        // One that is in use can't be put any more, not even as it is.
        if (current.isEmpty() || !FieldChange.between(current.get(), wanted).isEmpty()) {
            send(client, document, current.isEmpty(), "?dryRun=true", Optional.empty());
        }
        return wanted;
    }

    @Override
    public void put(ControlPlaneClient client, Document document, Optional<Current> current) {
        // POST makes none where there is one.
        Optional<Precondition> still = current.isEmpty() ? Optional.empty() : Current.still(current);
        send(client, document, current.isEmpty(), "", still);
    }

    private static void send(
            ControlPlaneClient client,
            Document document,
            boolean isNew,
            String query,
            Optional<Precondition> precondition) {
        Map<String, Object> body = Map.of("profile", profile(document));
        if (isNew) {
            JsonNode unused = client.send("device-classes" + query, body);
        } else {
            JsonNode unused =
                    client.put(ControlPlaneClient.path("device-classes", document.name()) + query, body, precondition);
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
