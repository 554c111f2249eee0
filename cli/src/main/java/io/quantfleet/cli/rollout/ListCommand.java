package io.quantfleet.cli.rollout;

import io.quantfleet.cli.client.FilterArguments;
import io.quantfleet.cli.terminal.OutputArguments;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quantfleet rollout list}. */
@Command(name = "list", description = "Rollouts, newest first.", sortOptions = false)
final class ListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ControlPlaneOption controlPlane = new ControlPlaneOption();

    @Mixin
    private FilterArguments filter = new FilterArguments();

    @Mixin
    private OutputArguments output = new OutputArguments();

    @Mixin
    private Watching watching = new Watching();

    @Override
    public Integer call() {
        CommandLine line = spec.commandLine();
        var client = controlPlane.client();
        watching.run(
                () -> filter.array(client, "rollouts"),
                rollouts -> false,
                rollouts -> output.print(line.getOut(), rollouts, () -> RolloutTables.list(rollouts)),
                line.getErr());
        return CommandLine.ExitCode.OK;
    }
}
