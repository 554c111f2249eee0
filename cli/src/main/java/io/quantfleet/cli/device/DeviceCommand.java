package io.quantfleet.cli.device;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quantfleet device}: has one command for each thing to do with devices. */
@Command(
        name = "device",
        description =
                "Lists devices, registers, labels and moves them, takes them out of service, makes tokens to enrol them.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DeviceListCommand.class,
            DeviceShowCommand.class,
            DeviceImportCommand.class,
            DeviceLabelCommand.class,
            DeviceMoveCommand.class,
            DeviceDecommissionCommand.class,
            TokenCommand.class
        })
public final class DeviceCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "say what to do: list, show, import, label, move, decommission or token");
    }
}
