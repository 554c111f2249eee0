package io.quantfleet.cli.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import io.quantfleet.cli.terminal.YamlFile;
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

/** {@code quantfleet rollout policy}: strategies by name. */
@Command(
        name = "policy",
        description = {
            "Makes, shows and deletes rollout policies: strategies by name, for 'rollout create --policy'.",
            "A rollout takes the strategy as it is when it is created. 'quantfleet apply' knows policies, too.",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false)
final class PolicyCommand implements Runnable {
    private static final String POLICIES = "rollout-policies";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: list, show, set or delete");
    }

    @Command(name = "list", description = "Lists policies, by their names.", sortOptions = false)
    int list(@Mixin OutputArguments output, @Mixin ControlPlaneArguments controlPlane) {
        return print(controlPlane.client().read(POLICIES), output);
    }

    @Command(name = "show", description = "Shows a policy.", sortOptions = false)
    int show(
            @Parameters(paramLabel = "NAME", description = "The policy.") String name,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        return printOne(controlPlane.client().read(path(name)), output);
    }

    @Command(name = "set", description = "Makes a policy, or replaces its strategy.", sortOptions = false)
    int set(
            @Parameters(paramLabel = "NAME", description = "The policy.") String name,
            @Option(
                            names = "--strategy",
                            required = true,
                            paramLabel = "FILE",
                            description =
                                    "Stages and gates, in JSON or YAML, as docs/rollouts.md describes them; - reads"
                                            + " standard input.")
                    Path strategy,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        JsonNode wanted = YamlFile.readObject(strategy, "a strategy: an object with 'stages'");
        return printOne(controlPlane.client().put(path(name), wanted), output);
    }

    @Command(
            name = "delete",
            description = "Deletes a policy. Rollouts that were created by it keep its strategy.",
            sortOptions = false)
    int delete(
            @Parameters(paramLabel = "NAME", description = "The policy.") String name,
            @Mixin OutputArguments output,
            @Mixin ControlPlaneArguments controlPlane) {
        ControlPlaneClient client = controlPlane.client();
        JsonNode was = client.read(path(name));
        JsonNode unused = client.delete(path(name));
        output.print(spec.commandLine().getOut(), was, () -> List.of("  " + name + " is deleted"));
        return CommandLine.ExitCode.OK;
    }

    private static String path(String name) {
        return ControlPlaneClient.path(POLICIES, name);
    }

    private int printOne(JsonNode policy, OutputArguments output) {
        output.print(spec.commandLine().getOut(), policy, () -> lines(List.of(policy)));
        return CommandLine.ExitCode.OK;
    }

    private int print(JsonNode policies, OutputArguments output) {
        output.print(spec.commandLine().getOut(), policies, () -> lines(policies));
        return CommandLine.ExitCode.OK;
    }

    private static List<String> lines(Iterable<JsonNode> policies) {
        Table table = new Table(
                Table.Column.text("POLICY"),
                Table.Column.text("STAGES"),
                Table.Column.text("ON FAILURE"),
                Table.Column.text("UPDATED"));
        policies.forEach(policy -> table.row(
                policy.path("name").asText(),
                StreamSupport.stream(policy.path("strategy").path("stages").spliterator(), false)
                        .map(stage -> stage.path("name").asText())
                        .collect(Collectors.joining(", ")),
                policy.path("strategy").path("onFailure").asText("ROLL_BACK_ALL"),
                policy.path("updatedAt").asText()));
        return table.lines();
    }
}
