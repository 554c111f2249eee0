package io.quantfleet.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.client.ControlPlaneClient;
import java.util.Optional;
import java.util.Set;

/** Alert rules. */
final class AlertRuleKind implements Kind {
    private static final String COLLECTION = "alert-rules";
    private static final String FLEET = "fleet";

    @Override
    public String label() {
        return "AlertRule";
    }

    @Override
    public Optional<JsonNode> current(ControlPlaneClient client, String name) {
        return client.find(ControlPlaneClient.path(COLLECTION, name)).map(rule -> Kind.without(rule, "name"));
    }

    @Override
    public JsonNode wanted(
            ControlPlaneClient client, Document document, Optional<JsonNode> current, Set<String> fleetsToCome) {
        ObjectNode asked = document.spec().deepCopy();
        // A fleet that comes to be just before the rule would be missed by the dry run.
        boolean comes = fleetsToCome.contains(asked.path(FLEET).asText());
        if (comes) {
            asked.remove(FLEET);
        }
        JsonNode rule = client.put(ControlPlaneClient.path(COLLECTION, document.name()) + "?dryRun=true", asked);
        ObjectNode wanted = (ObjectNode) Kind.without(rule, "name");
        if (comes) {
            wanted.set(FLEET, document.spec().path(FLEET));
        }
        return wanted;
    }

    @Override
    public void put(ControlPlaneClient client, Document document, Optional<JsonNode> current) {
        JsonNode unused = client.put(ControlPlaneClient.path(COLLECTION, document.name()), document.spec());
    }
}
