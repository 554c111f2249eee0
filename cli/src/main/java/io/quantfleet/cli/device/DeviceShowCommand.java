package io.quantfleet.cli.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.WatchArguments;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet device show}. */
@Command(name = "show", description = "Shows one device, its fleets and what happened to it.", sortOptions = false)
final class DeviceShowCommand implements Callable<Integer> {
    private static final int EVENTS = 20;
    private static final List<String> FACTS = List.of(
            "deviceId",
            "deviceClass",
            "lifecycle",
            "online",
            "state",
            "reason",
            "modelName",
            "modelVersion",
            "agentVersion",
            "registeredAt",
            "enrolledAt",
            "decommissionedAt",
            "lastSeen");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DEVICE", description = "The device's id.")
    private String id = "";

    @Mixin
    private OutputArguments output = new OutputArguments();

    @Mixin
    private WatchArguments watch = new WatchArguments();

    @Mixin
    private ControlPlaneArguments controlPlane = new ControlPlaneArguments();

    @Override
    public Integer call() {
        CommandLine line = spec.commandLine();
        ControlPlaneClient client = controlPlane.client();
        watch.run(() -> ask(client), device -> output.print(line.getOut(), device, () -> lines(device)), line.getErr());
        return CommandLine.ExitCode.OK;
    }

    private JsonNode ask(ControlPlaneClient client) {
        String path = "devices/" + ControlPlaneClient.encoded(id);
        ObjectNode device = (ObjectNode) client.read(path);
        device.set("fleets", client.read(path + "/fleets"));
        device.set("timeline", client.read(path + "/timeline"));
        return device;
    }

    private static List<String> lines(JsonNode device) {
        Table facts = new Table(Table.Column.text(""), Table.Column.text(""));
        FACTS.stream()
                .filter(device::has)
                .forEach(fact -> facts.row(fact, device.path(fact).asText()));
        facts.row("fleets", join(device.path("fleets")));
        facts.row("labels", Table.orDash(DeviceTable.labels(device)));
        Table timeline = new Table(Table.Column.text("AT"), Table.Column.text("WHAT"), Table.Column.text("REASON"));
        StreamSupport.stream(device.path("timeline").spliterator(), false)
                .limit(EVENTS)
                .forEach(event -> timeline.row(
                        event.path("at").asText(),
                        event.path("state").asText(event.path("kind").asText()),
                        Table.orDash(event.path("reason").asText())));
        List<String> lines = new ArrayList<>(facts.lines());
        lines.remove(0);
        lines.add("");
        lines.addAll(timeline.lines());
        return lines;
    }

    private static String join(JsonNode texts) {
        return StreamSupport.stream(texts.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(", "));
    }
}
