package io.quantfleet.cli.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.WatchArguments;
import io.quantfleet.cli.terminal.OutputArguments;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet rollout show}: one rollout, once or until it is over. */
@Command(
        name = "show",
        description = {
            "One rollout: its stages, what its gates say, and which devices failed.",
            "With --watch it exits with 0 when the rollout has finished, and with 1 if it ended otherwise.",
            ""
        },
        sortOptions = false)
final class ShowCommand implements Callable<Integer> {
    private static final Set<String> FINAL = Set.of("FINISHED", "ROLLED_BACK", "ABORTED", "SUPERSEDED");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "ROLLOUT", description = "The rollout's id.")
    private String id = "";

    @Mixin
    private ControlPlaneArguments controlPlane = new ControlPlaneArguments();

    @Mixin
    private OutputArguments output = new OutputArguments();

    @Mixin
    private WatchArguments watching = new WatchArguments();

    @Override
    public Integer call() {
        CommandLine line = spec.commandLine();
        var client = controlPlane.client();
        String[] last = {""};
        watching.run(
                () -> client.rolloutDetails(id),
                rollout -> FINAL.contains(state(rollout)),
                rollout -> {
                    last[0] = state(rollout);
                    output.print(line.getOut(), rollout, () -> RolloutTables.one(rollout));
                },
                line.getErr());
        boolean badly = watching.isWatching() && FINAL.contains(last[0]) && !last[0].equals("FINISHED");
        return badly ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
    }

    private static String state(JsonNode rollout) {
        return rollout.path("state").asText();
    }
}
