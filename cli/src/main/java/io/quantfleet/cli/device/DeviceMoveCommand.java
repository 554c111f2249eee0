package io.quantfleet.cli.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.terminal.OutputArguments;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quantfleet device move}. */
@Command(
        name = "move",
        description = {"Moves devices to another static fleet: all of them, or none if one can't be.", ""},
        sortOptions = false,
        footerHeading = "%nExample:%n",
        footer = "  quantfleet device move cam-7 cam-8 --fleet press-line")
final class DeviceMoveCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private SelectionArguments selection = new SelectionArguments();

    @Option(names = "--fleet", required = true, paramLabel = "NAME", description = "Where to.")
    private String fleet = "";

    @Mixin
    private OutputArguments output = new OutputArguments();

    @Mixin
    private ControlPlaneArguments controlPlane = new ControlPlaneArguments();

    @Override
    public Integer call() {
        JsonNode done = selection.act(controlPlane.client(), "move", Map.of("fleet", fleet));
        output.print(spec.commandLine().getOut(), done, () -> SelectionArguments.lines(done));
        return CommandLine.ExitCode.OK;
    }
}
