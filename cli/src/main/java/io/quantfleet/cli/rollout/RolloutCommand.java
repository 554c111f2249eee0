package io.quantfleet.cli.rollout;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quantfleet rollout}: takes model versions to fleets, and watches them go. */
@Command(
        name = "rollout",
        description = "Takes model versions to fleets, stage by stage, and watches them go.",
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
        subcommands = {
            ListCommand.class,
            ShowCommand.class,
            HistoryCommand.class,
            CreateCommand.class,
            PolicyCommand.class,
            MoveCommand.Start.class,
            MoveCommand.Approve.class,
            MoveCommand.Pause.class,
            MoveCommand.Resume.class,
            MoveCommand.Promote.class,
            MoveCommand.Retry.class,
            MoveCommand.RollBack.class,
            MoveCommand.Abort.class
        })
public final class RolloutCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }
}
