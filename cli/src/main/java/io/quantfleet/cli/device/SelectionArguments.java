package io.quantfleet.cli.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.FilterMistake;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which devices something is done to: to all of them, or, where one can't be changed, to none. */
final class SelectionArguments {
    @Parameters(arity = "0..*", paramLabel = "DEVICE", description = "Their ids.")
    private List<String> devices = List.of();

    @Option(
            names = "--filter",
            defaultValue = "",
            paramLabel = "FILTER",
            description = "Instead of ids: all that match, as in 'device list'.")
    private String filter = "";

    @Option(names = "--expected", paramLabel = "N", description = "Do nothing unless it is that many devices.")
    private @Nullable Integer expected;

    /** Does it, and says to how many. */
    JsonNode act(ControlPlaneClient client, String action, Map<String, Object> how) {
        Map<String, Object> body = new LinkedHashMap<>(how);
        if (!devices.isEmpty()) {
            body.put("devices", devices);
        }
        if (!filter.isBlank()) {
            body.put("filter", filter);
        }
        if (expected != null) {
            body.put("expected", expected);
        }
        return FilterMistake.pointedOut(filter, () -> client.send("device-actions/" + action, body));
    }

    /** What was done, for people. */
    static List<String> lines(JsonNode done) {
        return List.of("  " + done.path("selected").asText() + " devices, "
                + done.path("changed").asText() + " of them changed");
    }
}
