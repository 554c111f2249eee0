package io.quantfleet.cli.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.FilterArguments;
import io.quantfleet.cli.client.FilterMistake;
import io.quantfleet.cli.client.WatchArguments;
import io.quantfleet.cli.device.DeviceTable;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet fleet}: makes fleets and shows them. */
@Command(
        name = "fleet",
        description = "Makes fleets, static or by query, and lists them.",
        synopsisSubcommandLabel = "COMMAND")
public final class FleetCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: list, show, create or preview");
    }

    @Command(
            name = "list",
            description = {
                "Lists fleets.",
                "A filter knows name, description, byQuery, devices and created, as in: byQuery = true and devices > 10",
                ""
            },
            sortOptions = false)
    int list(
            @Mixin FilterArguments filter,
            @Mixin OutputArguments output,
            @Mixin WatchArguments watch,
            @Mixin ControlPlaneArguments controlPlane) {
        CommandLine line = spec.commandLine();
        ControlPlaneClient client = controlPlane.client();
        watch.run(
                () -> filter.list(client, "fleets", Map.of()),
                fleets -> output.print(line.getOut(), fleets.items(), () -> fleets.lines(table(fleets.items()))),
                line.getErr());
        return CommandLine.ExitCode.OK;
    }

    @Command(name = "show", description = "Shows a fleet and when its devices may install.", sortOptions = false)
    int show(
            @Parameters(paramLabel = "NAME", description = "The fleet.") String name,
            @Mixin OutputArguments output,
            @Mixin WatchArguments watch,
            @Mixin ControlPlaneArguments controlPlane) {
        CommandLine line = spec.commandLine();
        ControlPlaneClient client = controlPlane.client();
        watch.run(
                () -> one(client, name),
                fleet -> output.print(line.getOut(), fleet, () -> oneLines(fleet)),
                line.getErr());
        return CommandLine.ExitCode.OK;
    }

    private static JsonNode one(ControlPlaneClient client, String name) {
        String path = "fleets/" + ControlPlaneClient.encoded(name);
        ObjectNode fleet = (ObjectNode) client.read(path);
        fleet.set("maintenance", client.read(path + "/maintenance-windows"));
        return fleet;
    }

    private static List<String> oneLines(JsonNode fleet) {
        List<String> lines = new ArrayList<>(table(List.of(fleet)).lines());
        JsonNode maintenance = fleet.path("maintenance");
        maintenance
                .path("windows")
                .forEach(window -> lines.add("  installs only "
                        + window.path("cron").asText() + " for "
                        + window.path("duration").asText() + ", "
                        + window.path("zone").asText()));
        if (!maintenance.path("windows").isEmpty()) {
            lines.add("  "
                    + (maintenance.path("open").asBoolean()
                            ? "a window is open until "
                                    + maintenance.path("closesAt").asText()
                            : "the next window opens at "
                                    + maintenance.path("nextOpening").asText()));
        }
        return lines;
    }

    @Command(
            name = "create",
            description = {
                "Makes a fleet. With --filter its devices are those that match, now and later; without, those that enrol"
                        + " into it.",
                ""
            },
            sortOptions = false,
            footerHeading = "%nExample:%n",
            footer =
                    "  quantfleet fleet create northern-pis --filter 'class = rpi-cpu and label.site in (berlin, oslo)'")
    int create(
            @Parameters(paramLabel = "NAME", description = "Its name.") String name,
            @Option(
                            names = "--filter",
                            defaultValue = "",
                            paramLabel = "FILTER",
                            description = "Which devices are in it.")
                    String filter,
            @Option(names = "--description", defaultValue = "", paramLabel = "TEXT", description = "For people.")
                    String description,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", name);
        body.put("description", description);
        if (!filter.isBlank()) {
            body.put("query", filter);
        }
        JsonNode made =
                FilterMistake.pointedOut(filter, () -> controlPlane.client().send("fleets", body));
        output.print(
                spec.commandLine().getOut(), made, () -> table(List.of(made)).lines());
        return CommandLine.ExitCode.OK;
    }

    @Command(
            name = "preview",
            description = "Shows which devices a filter selects now, without making a fleet.",
            sortOptions = false)
    int preview(
            @Option(names = "--filter", required = true, paramLabel = "FILTER", description = "Which devices.")
                    String filter,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        JsonNode preview = FilterMistake.pointedOut(
                filter, () -> controlPlane.client().send("fleets/preview", Map.of("query", filter)));
        output.print(spec.commandLine().getOut(), preview, () -> previewLines(preview));
        return CommandLine.ExitCode.OK;
    }

    private static List<String> previewLines(JsonNode preview) {
        String byClass = preview.path("byClass").properties().stream()
                .map(entry -> entry.getValue().asText() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        long count = preview.path("devices").asLong();
        List<String> lines = new ArrayList<>();
        lines.add("  " + count + " devices" + (byClass.isEmpty() ? "" : ": " + byClass));
        List<JsonNode> first =
                StreamSupport.stream(preview.path("first").spliterator(), false).toList();
        if (!first.isEmpty()) {
            lines.add("");
            lines.addAll(DeviceTable.lines(new FilterArguments.Listing(first, false)));
        }
        if (count > first.size()) {
            lines.add("  The first " + first.size() + " of them.");
        }
        return lines;
    }

    private static Table table(List<JsonNode> fleets) {
        Table table = new Table(
                Table.Column.text("FLEET"),
                Table.Column.number("DEVICES"),
                Table.Column.text("BY"),
                Table.Column.text("DESCRIPTION"));
        fleets.forEach(fleet -> table.row(
                fleet.path("name").asText(),
                fleet.path("devices").asText(),
                fleet.path("query").asText("enrolment"),
                fleet.path("description").asText()));
        return table;
    }
}
