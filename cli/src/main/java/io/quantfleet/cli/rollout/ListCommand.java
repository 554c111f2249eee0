package io.quantfleet.cli.rollout;

import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.FilterArguments;
import io.quantfleet.cli.client.WatchArguments;
import io.quantfleet.cli.terminal.OutputArguments;
import java.util.Map;
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
    private ControlPlaneArguments controlPlane = new ControlPlaneArguments();

    @Mixin
    private FilterArguments filter = new FilterArguments();

    @Mixin
    private OutputArguments output = new OutputArguments();

    @Mixin
    private WatchArguments watching = new WatchArguments();

    @Override
    public Integer call() {
        CommandLine line = spec.commandLine();
        var client = controlPlane.client();
        watching.run(
                () -> filter.list(client, "rollouts", Map.of()),
                rollouts -> output.print(
                        line.getOut(), rollouts.items(), () -> rollouts.lines(RolloutTables.list(rollouts.items()))),
                line.getErr());
        return CommandLine.ExitCode.OK;
    }
}
