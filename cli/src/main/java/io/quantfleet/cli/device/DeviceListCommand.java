package io.quantfleet.cli.device;

import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.ControlPlaneClient;
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
    private WatchArguments watch = new WatchArguments();

    @Mixin
    private ControlPlaneArguments controlPlane = new ControlPlaneArguments();

    @Override
    public Integer call() {
        CommandLine line = spec.commandLine();
        ControlPlaneClient client = controlPlane.client();
        watch.run(
                () -> filter.list(client, "devices", Map.of()),
                devices -> output.print(line.getOut(), devices.items(), () -> DeviceTable.lines(devices)),
                line.getErr());
        return CommandLine.ExitCode.OK;
    }
}
