package io.quantfleet.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.ControlPlaneClient;
import java.util.Optional;
import java.util.Set;

/** Rollout policies; the spec is the strategy. */
final class RolloutPolicyKind implements Kind {
    private static final String COLLECTION = "rollout-policies";
    private static final String STRATEGY = "strategy";

    @Override
    public String label() {
        return "RolloutPolicy";
    }

    @Override
    public Optional<JsonNode> current(ControlPlaneClient client, String name) {
        return client.find(ControlPlaneClient.path(COLLECTION, name)).map(policy -> policy.path(STRATEGY));
    }

    @Override
    public JsonNode wanted(
            ControlPlaneClient client, Document document, Optional<JsonNode> current, Set<String> fleetsToCome) {
        return client.put(ControlPlaneClient.path(COLLECTION, document.name()) + "?dryRun=true", document.spec())
                .path(STRATEGY);
    }

    @Override
    public void put(ControlPlaneClient client, Document document, Optional<JsonNode> current) {
        JsonNode unused = client.put(ControlPlaneClient.path(COLLECTION, document.name()), document.spec());
    }
}
