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

/** What people do to a rollout: one command for each move. */
abstract sealed class MoveCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "ROLLOUT", description = "The rollout's id.")
    private String id = "";

    @Mixin
    private ActorOptions actor = new ActorOptions();

    @Mixin
    private ControlPlaneArguments controlPlane = new ControlPlaneArguments();

    @Mixin
    private OutputArguments output = new OutputArguments();

    @Override
    public Integer call() {
        JsonNode rollout = controlPlane.client().moveRollout(id, spec.name(), actor.fields());
        output.print(spec.commandLine().getOut(), rollout, () -> RolloutTables.one(rollout));
        return CommandLine.ExitCode.OK;
    }

    @Command(
            name = "start",
            description = "Begins a draft, or a scheduled rollout before its time.",
            sortOptions = false)
    static final class Start extends MoveCommand {}

    @Command(name = "approve", description = "Opens the stage that waits for an approval.", sortOptions = false)
    static final class Approve extends MoveCommand {}

    @Command(
            name = "pause",
            description = "Asks no further device to install; those that were asked go on.",
            sortOptions = false)
    static final class Pause extends MoveCommand {}

    @Command(name = "resume", description = "Goes on where it was paused.", sortOptions = false)
    static final class Resume extends MoveCommand {}

    @Command(name = "promote", description = "Goes on to the next stage whatever the gates say.", sortOptions = false)
    static final class Promote extends MoveCommand {}

    @Command(name = "retry", description = "Lets the devices that failed try again.", sortOptions = false)
    static final class Retry extends MoveCommand {}

    @Command(
            name = "rollback",
            description = "Gives every device of the rollout back what it served before.",
            sortOptions = false)
    static final class RollBack extends MoveCommand {}

    @Command(name = "abort", description = "Ends the rollout; devices stay as they are.", sortOptions = false)
    static final class Abort extends MoveCommand {}
}
