package io.quantfleet.cli.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.terminal.OutputArguments;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet device decommission}. */
@Command(
        name = "decommission",
        description = {
            "Takes a device out of service: it leaves its fleets and rollouts, and the broker refuses its credential.",
            "Its history stays. It may enrol anew with a token made with --readmits.",
            ""
        },
        sortOptions = false)
final class DeviceDecommissionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DEVICE", description = "The device's id.")
    private String id = "";

    @Option(names = "--reason", defaultValue = "", paramLabel = "TEXT", description = "For the device's timeline.")
    private String reason = "";

    @Mixin
    private OutputArguments output = new OutputArguments();

    @Mixin
    private ControlPlaneArguments controlPlane = new ControlPlaneArguments();

    @Override
    public Integer call() {
        JsonNode device = controlPlane
                .client()
                .send("devices/" + ControlPlaneClient.encoded(id) + "/decommission", Map.of("reason", reason));
        output.print(
                spec.commandLine().getOut(),
                device,
                () -> List.of("  " + id + " was decommissioned at "
                        + device.path("decommissionedAt").asText()));
        return CommandLine.ExitCode.OK;
    }
}
