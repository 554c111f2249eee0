package io.quantfleet.cli.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.FilterArguments;
import io.quantfleet.cli.terminal.Table;
import java.util.List;

/** Devices, a line each. */
public final class DeviceTable {
    private DeviceTable() {}

    /** The lines of a table, and of one more that says so if there are more devices. */
    public static List<String> lines(FilterArguments.Listing listing) {
        Table table = new Table(
                Table.Column.text("DEVICE"),
                Table.Column.text("CLASS"),
                Table.Column.text("FLEET"),
                Table.Column.text("STATE"),
                Table.Column.text("ONLINE"),
                Table.Column.text("SERVES"),
                Table.Column.text("AGENT"),
                Table.Column.text("LAST SEEN"),
                Table.Column.text("LABELS"));
        listing.items()
                .forEach(device -> table.row(
                        device.path("deviceId").asText(),
                        device.path("deviceClass").asText(),
                        device.path("fleet").asText(),
                        state(device),
                        device.path("online").asBoolean() ? "yes" : "no",
                        serves(device),
                        Table.orDash(device.path("agentVersion").asText()),
                        Table.orDash(device.path("lastSeen").asText()),
                        Table.orDash(labels(device))));
        return listing.lines(table);
    }

    private static String state(JsonNode device) {
        String lifecycle = device.path("lifecycle").asText();
        return lifecycle.equals("ENROLLED") ? device.path("state").asText() : lifecycle;
    }

    private static String serves(JsonNode device) {
        return device.path("modelName").isTextual()
                ? device.path("modelName").asText() + " v"
                        + device.path("modelVersion").asText()
                : "-";
    }

    static String labels(JsonNode device) {
        return device.path("labels").properties().stream()
                .map(label -> label.getKey() + "=" + label.getValue().asText())
                .sorted()
                .reduce((left, right) -> left + " " + right)
                .orElse("");
    }
}
