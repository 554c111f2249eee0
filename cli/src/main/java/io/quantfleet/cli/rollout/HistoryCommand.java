package io.quantfleet.cli.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.terminal.OutputArguments;
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
    private ControlPlaneArguments controlPlane = new ControlPlaneArguments();

    @Mixin
    private OutputArguments output = new OutputArguments();

    @Override
    public Integer call() {
        JsonNode history = controlPlane.client().rolloutHistory(id);
        output.print(spec.commandLine().getOut(), history, () -> RolloutTables.history(history));
        return CommandLine.ExitCode.OK;
    }
}
