package io.quantfleet.cli.device;

import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.FilterArguments;
import io.quantfleet.cli.terminal.OutputArguments;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quantfleet device list}. */
@Command(
        name = "list",
        description = {"Lists devices with what they last said of themselves.", ""},
        sortOptions = false,
        footerHeading = "%nExample:%n",
        footer = "  quantfleet device list --filter 'online = false and lastSeen > 1h'")
final class DeviceListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private FilterArguments filter = new FilterArguments();

    @Mixin
    private OutputArguments output = new OutputArguments();

    @Mixin
    private ControlPlaneArguments controlPlane = new ControlPlaneArguments();

    @Override
    public Integer call() {
        FilterArguments.Listing devices = filter.list(controlPlane.client(), "devices", Map.of());
        output.print(spec.commandLine().getOut(), devices.items(), () -> DeviceTable.lines(devices));
        return CommandLine.ExitCode.OK;
    }
}
