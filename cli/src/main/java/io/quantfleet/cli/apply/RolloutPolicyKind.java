package io.quantfleet.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.ControlPlaneClient;
import java.util.Optional;

/** Rollout policies; the spec is the strategy. */
final class RolloutPolicyKind implements Kind {
    private static final String COLLECTION = "rollout-policies";
    private static final String STRATEGY = "strategy";

    @Override
    public String label() {
        return "RolloutPolicy";
    }

    @Override
    public Optional<Current> current(ControlPlaneClient client, Document document) {
        return client.find(ControlPlaneClient.path(COLLECTION, document.name()))
                .map(policy -> Current.of(policy.content().path(STRATEGY), policy));
    }

    @Override
    public JsonNode wanted(ControlPlaneClient client, Document document, Optional<JsonNode> current, ToCome toCome) {
        return client.put(ControlPlaneClient.path(COLLECTION, document.name()) + "?dryRun=true", document.spec())
                .path(STRATEGY);
    }

    @Override
    public void put(ControlPlaneClient client, Document document, Optional<Current> current) {
        JsonNode unused = client.put(
                ControlPlaneClient.path(COLLECTION, document.name()), document.spec(), Current.still(current));
    }
}
