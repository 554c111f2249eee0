package io.quantfleet.cli.rollout;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet rollout history}. */
@Command(
        name = "history",
        description = "Every move of a rollout: who, when, why, from where to where.",
        sortOptions = false)
final class HistoryCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "ROLLOUT", description = "The rollout's id.")
    private String id = "";

    @Mixin
    private ControlPlaneOption controlPlane = new ControlPlaneOption();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() {
        output.print(spec.commandLine().getOut(), controlPlane.client().rolloutHistory(id), RolloutTables::history);
        return CommandLine.ExitCode.OK;
    }
}
