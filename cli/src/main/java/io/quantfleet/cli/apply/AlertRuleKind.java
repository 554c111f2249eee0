package io.quantfleet.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.client.ControlPlaneClient;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Alert rules. */
final class AlertRuleKind implements Kind {
    private static final String COLLECTION = "alert-rules";
    private static final String FLEET = "fleet";
    private static final String RECEIVERS = "receivers";

    @Override
    public String label() {
        return "AlertRule";
    }

    @Override
    public Optional<Current> current(ControlPlaneClient client, Document document) {
        return client.find(ControlPlaneClient.path(COLLECTION, document.name()))
                .map(rule -> Current.of(Kind.without(rule.content(), "name"), rule));
    }

    @Override
    public JsonNode wanted(ControlPlaneClient client, Document document, Optional<JsonNode> current, ToCome toCome) {
        ObjectNode asked = document.spec().deepCopy();
        // A fleet or a receiver that comes to be just before the rule would be missed by the dry run.
        boolean fleetComes = toCome.fleets().contains(asked.path(FLEET).asText());
        if (fleetComes) {
            asked.remove(FLEET);
        }
        boolean receiverComes = StreamSupport.stream(asked.path(RECEIVERS).spliterator(), false)
                .anyMatch(receiver -> toCome.receivers().contains(receiver.asText()));
        if (receiverComes) {
            asked.remove(RECEIVERS);
        }
        JsonNode rule = client.put(ControlPlaneClient.path(COLLECTION, document.name()) + "?dryRun=true", asked);
        ObjectNode wanted = (ObjectNode) Kind.without(rule, "name");
        if (fleetComes) {
            wanted.set(FLEET, document.spec().path(FLEET));
        }
        if (receiverComes) {
            wanted.set(RECEIVERS, document.spec().path(RECEIVERS));
        }
        return wanted;
    }

    @Override
    public void put(ControlPlaneClient client, Document document, Optional<Current> current) {
        JsonNode unused = client.put(
                ControlPlaneClient.path(COLLECTION, document.name()), document.spec(), Current.still(current));
    }
}
