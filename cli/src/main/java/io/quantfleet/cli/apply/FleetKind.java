package io.quantfleet.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ApiException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.Precondition;
import io.quantfleet.cli.client.Tagged;
import java.util.List;
import java.util.Optional;

/** Fleets, static and by query, with their maintenance windows. */
final class FleetKind implements Kind {
    private static final String MAINTENANCE = "maintenance";
    private static final String WINDOWS = "/maintenance-windows";
    private static final String DRY_RUN = "?dryRun=true";

    @Override
    public String label() {
        return "Fleet";
    }

    @Override
    public Optional<Current> current(ControlPlaneClient client, Document document) {
        String path = ControlPlaneClient.path("fleets", document.name());
        return client.find(path).map(fleet -> {
            Tagged windows = client.readTagged(path + WINDOWS);
            return new Current(spec(fleet.content(), windows.content()), List.of(fleet, windows));
        });
    }

    @Override
    public JsonNode wanted(ControlPlaneClient client, Document document, Optional<JsonNode> current, ToCome toCome) {
        String path = ControlPlaneClient.path("fleets", document.name());
        JsonNode fleet = client.put(path + DRY_RUN, fleet(document));
        return spec(fleet, client.put(path + WINDOWS + DRY_RUN, maintenance(document)));
    }

    @Override
    public void put(ControlPlaneClient client, Document document, Optional<Current> current) {
        String path = ControlPlaneClient.path("fleets", document.name());
        JsonNode unused = client.put(path, fleet(document), Current.still(current));
        boolean restricted =
                current.filter(fleet -> fleet.spec().has(MAINTENANCE)).isPresent();
        if (document.spec().has(MAINTENANCE) || restricted) {
            putWindows(
                    client,
                    document,
                    path + WINDOWS,
                    current.flatMap(fleet -> Precondition.unchanged(fleet.read().get(1))));
        }
    }

    private static void putWindows(
            ControlPlaneClient client, Document document, String path, Optional<Precondition> precondition) {
        try {
            JsonNode unused = client.put(path, maintenance(document), precondition);
        } catch (ApiException e) {
            throw new CliException(
                    document.message(e) + " (the fleet itself was applied, its maintenance windows were not)", e);
        }
    }

    private static ObjectNode fleet(Document document) {
        return document.spec().deepCopy().without(MAINTENANCE);
    }

    private static JsonNode maintenance(Document document) {
        return document.spec().has(MAINTENANCE)
                ? document.spec().path(MAINTENANCE)
                : JsonNodeFactory.instance.objectNode().set("windows", JsonNodeFactory.instance.arrayNode());
    }

    private static JsonNode spec(JsonNode fleet, JsonNode windows) {
        ObjectNode spec = JsonNodeFactory.instance.objectNode();
        spec.set("description", fleet.path("description"));
        if (fleet.path("query").isTextual()) {
            spec.set("query", fleet.path("query"));
        }
        boolean anytime = windows.path("rollbackAnytime").asBoolean();
        if (anytime || !windows.path("windows").isEmpty()) {
            spec.putObject(MAINTENANCE).put("rollbackAnytime", anytime).set("windows", windows.path("windows"));
        }
        return spec;
    }
}
