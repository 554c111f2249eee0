package io.quantfleet.cli.alert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ApiException;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.Precondition;
import io.quantfleet.cli.client.Tagged;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import io.quantfleet.cli.terminal.YamlFile;
import io.quantfleet.protocols.ReasonCode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet alert rule}: when who is told. */
@Command(
        name = "rule",
        description =
                "Makes, shows, switches and deletes the rules that alerts follow; 'quantfleet apply' knows them, too.",
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false)
final class RuleCommand implements Runnable {
    private static final String RULES = "alert-rules";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "say what to do: list, show, set, enable, disable or delete");
    }

    @Command(name = "list", description = "Lists rules, by their names.", sortOptions = false)
    int list(@Mixin OutputArguments output, @Mixin ControlPlaneArguments controlPlane) {
        JsonNode rules = controlPlane.client().read(RULES);
        output.print(spec.commandLine().getOut(), rules, () -> table(rules).lines());
        return CommandLine.ExitCode.OK;
    }

    @Command(name = "show", description = "Shows a rule.", sortOptions = false)
    int show(
            @Parameters(paramLabel = "NAME", description = "The rule.") String name,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        return print(controlPlane.client().read(path(name)), output);
    }

    @Command(
            name = "set",
            description = {
                "Makes a rule, or replaces it, as a file says: in JSON or YAML, with 'condition' and, where they are"
                        + " wanted, 'fleet', 'holdFor', 'clearFor', 'severity', 'receivers' and 'enabled', as"
                        + " docs/telemetry.md describes them.",
                ""
            },
            sortOptions = false,
            footerHeading = "%nExample:%n",
            footer = "  quantfleet alert rule set slow -f slow.yaml")
    int set(
            @Parameters(paramLabel = "NAME", description = "The rule.") String name,
            @Option(
                            names = {"-f", "--filename"},
                            required = true,
                            paramLabel = "FILE",
                            description = "What it says; - reads standard input.")
                    Path file,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        JsonNode wanted = YamlFile.readObject(file, "an alert rule: an object with 'condition'");
        return print(controlPlane.client().put(path(name), wanted), output);
    }

    @Command(name = "enable", description = "Has a rule looked at again.", sortOptions = false)
    int enable(
            @Parameters(paramLabel = "NAME", description = "The rule.") String name,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        return switchTo(true, name, output, controlPlane);
    }

    @Command(
            name = "disable",
            description = "Has a rule not looked at until it is enabled. Its alerts are resolved.",
            sortOptions = false)
    int disable(
            @Parameters(paramLabel = "NAME", description = "The rule.") String name,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        return switchTo(false, name, output, controlPlane);
    }

    private int switchTo(boolean enabled, String name, OutputArguments output, ControlPlaneArguments controlPlane) {
        ControlPlaneClient client = controlPlane.client();
        Tagged read = client.readTagged(path(name));
        ObjectNode rule = read.content().deepCopy();
        rule.remove("name");
        rule.put("enabled", enabled);
        try {
            return print(client.put(path(name), rule, Precondition.unchanged(read)), output);
        } catch (ApiException e) {
            throw e.is(ReasonCode.PRECONDITION_FAILED)
                    ? new CliException(
                            "rule '" + name + "' was changed by somebody else just now, and was not "
                                    + (enabled ? "enabled" : "disabled")
                                    + "; look at it with 'quantfleet alert rule show "
                                    + name + "', and do it again",
                            e)
                    : e;
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a rule. Its alerts are resolved at the next look.",
            sortOptions = false)
    int delete(
            @Parameters(paramLabel = "NAME", description = "The rule.") String name,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        ControlPlaneClient client = controlPlane.client();
        JsonNode was = client.read(path(name));
        JsonNode unused = client.delete(path(name));
        output.print(spec.commandLine().getOut(), was, () -> List.of("  " + name + " is deleted"));
        return CommandLine.ExitCode.OK;
    }

    private static String path(String name) {
        return ControlPlaneClient.path(RULES, name);
    }

    private int print(JsonNode rule, OutputArguments output) {
        output.print(
                spec.commandLine().getOut(), rule, () -> table(List.of(rule)).lines());
        return CommandLine.ExitCode.OK;
    }

    private static Table table(Iterable<JsonNode> rules) {
        Table table = new Table(
                Table.Column.text("RULE"),
                Table.Column.text("FLEET"),
                Table.Column.text("CONDITION"),
                Table.Column.text("SEVERITY"),
                Table.Column.text("TELLS"),
                Table.Column.text("ENABLED"));
        rules.forEach(rule -> table.row(
                rule.path("name").asText(),
                rule.path("fleet").asText("each"),
                condition(rule.path("condition")),
                rule.path("severity").asText(),
                Table.orDash(StreamSupport.stream(rule.path("receivers").spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining(", "))),
                rule.path("enabled").asBoolean() ? "yes" : "no"));
        return table;
    }

    private static String condition(JsonNode condition) {
        return condition.properties().stream()
                .filter(field -> !field.getValue().isNull())
                .map(field -> field.getKey().equals("kind")
                        ? field.getValue().asText()
                        : field.getKey() + "=" + field.getValue().asText())
                .collect(Collectors.joining(" "));
    }
}
