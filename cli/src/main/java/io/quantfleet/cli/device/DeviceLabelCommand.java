package io.quantfleet.cli.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.terminal.OutputArguments;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quantfleet device label}. */
@Command(
        name = "label",
        description = {"Gives devices labels, or takes labels from them: all of them, or none if one can't be.", ""},
        sortOptions = false,
        footerHeading = "%nExample:%n",
        footer = "  quantfleet device label --filter 'label.site = lyon' --set ring=canary --remove old")
final class DeviceLabelCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private SelectionArguments selection = new SelectionArguments();

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "A label to give; may be given more than once.")
    private Map<String, String> set = Map.of();

    @Option(names = "--remove", paramLabel = "KEY", description = "A label to take; may be given more than once.")
    private List<String> remove = List.of();

    @Mixin
    private OutputArguments output = new OutputArguments();

    @Mixin
    private ControlPlaneArguments controlPlane = new ControlPlaneArguments();

    @Override
    public Integer call() {
        if (set.isEmpty() && remove.isEmpty()) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "there is nothing to do: --set KEY=VALUE gives a label, --remove KEY takes one");
        }
        JsonNode done = selection.act(controlPlane.client(), "labels", Map.of("set", set, "remove", remove));
        output.print(spec.commandLine().getOut(), done, () -> SelectionArguments.lines(done));
        return CommandLine.ExitCode.OK;
    }
}
