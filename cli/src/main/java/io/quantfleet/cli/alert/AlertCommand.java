package io.quantfleet.cli.alert;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.WatchArguments;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quantfleet alert}: what fires, by which rules, and who is told. */
@Command(
        name = "alert",
        description = "Lists alerts; makes, shows and deletes the rules they follow and the receivers that are told.",
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
        subcommands = {RuleCommand.class, ReceiverCommand.class})
public final class AlertCommand implements Runnable {
    /** Where an alert is. */
    enum State {
        PENDING,
        FIRING,
        RESOLVED
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: list, rule or receiver");
    }

    @Command(
            name = "list",
            description = {"Lists alerts, those that are not resolved first.", ""},
            sortOptions = false,
            footerHeading = "%nExample:%n",
            footer = "  quantfleet alert list --state firing --watch")
    int list(
            @Option(
                            names = "--state",
                            paramLabel = "STATE",
                            description = "Only those that are pending, firing or resolved.")
                    @org.jspecify.annotations.Nullable
                    State state,
            @Option(
                            names = "--fleet",
                            defaultValue = "",
                            paramLabel = "NAME",
                            description = "Only those of this fleet.")
                    String fleet,
            @Option(
                            names = "--limit",
                            defaultValue = "100",
                            paramLabel = "N",
                            description = "How many at most, up to 1000. Default: ${DEFAULT-VALUE}")
                    int limit,
            @Mixin OutputArguments output,
            @Mixin WatchArguments watch,
            @Mixin ControlPlaneArguments controlPlane) {
        CommandLine line = spec.commandLine();
        ControlPlaneClient client = controlPlane.client();
        String path = "alerts?limit=" + limit + "&fleet=" + ControlPlaneClient.encoded(fleet)
                + (state == null ? "" : "&state=" + state);
        watch.run(
                () -> client.read(path),
                alerts ->
                        output.print(line.getOut(), alerts, () -> table(alerts).lines()),
                line.getErr());
        return CommandLine.ExitCode.OK;
    }

    private static Table table(JsonNode alerts) {
        Table table = new Table(
                Table.Column.text("STATE"),
                Table.Column.text("SEVERITY"),
                Table.Column.text("RULE"),
                Table.Column.text("FLEET"),
                Table.Column.text("SINCE"),
                Table.Column.text("WHAT"));
        alerts.forEach(alert -> table.row(
                alert.path("state").asText(),
                alert.path("severity").asText(),
                alert.path("rule").asText(),
                alert.path("fleet").asText(),
                alert.path("since").asText(),
                alert.path("summary").asText()));
        return table;
    }
}
