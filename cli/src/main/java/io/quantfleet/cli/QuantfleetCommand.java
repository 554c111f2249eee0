package io.quantfleet.cli;

import io.quantfleet.agent.app.AgentCommand;
import io.quantfleet.cli.alert.AlertCommand;
import io.quantfleet.cli.apply.ApplyCommand;
import io.quantfleet.cli.apply.DiffCommand;
import io.quantfleet.cli.bench.BenchCommand;
import io.quantfleet.cli.context.ContextCommand;
import io.quantfleet.cli.demo.DemoCommand;
import io.quantfleet.cli.device.DeviceClassCommand;
import io.quantfleet.cli.device.DeviceCommand;
import io.quantfleet.cli.embedded.ServersCommand;
import io.quantfleet.cli.fleet.FleetCommand;
import io.quantfleet.cli.keys.KeysCommand;
import io.quantfleet.cli.model.ModelCommand;
import io.quantfleet.cli.model.VariantCommand;
import io.quantfleet.cli.quantize.DeviceClassesCommand;
import io.quantfleet.cli.quantize.LintCommand;
import io.quantfleet.cli.quantize.QuantizeCommand;
import io.quantfleet.cli.quantize.RegisterCommand;
import io.quantfleet.cli.rollout.RolloutCommand;
import io.quantfleet.cli.simulate.SimulateCommand;
import io.quantfleet.cli.stack.UpCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root of the command line: it does nothing itself but say what there is to do. */
@Command(
        name = "quantfleet",
        description =
                "From a trained ONNX model to quantized variants running, measured, on a fleet of small machines.",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpAutoWidth = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it is done",
            "1:it failed, or was refused; the message says why",
            "2:the command line is wrong",
            "5:the control plane does not answer or is not available; the same may succeed later"
        },
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            QuantizeCommand.class,
            RegisterCommand.class,
            ModelCommand.class,
            VariantCommand.class,
            RolloutCommand.class,
            AlertCommand.class,
            FleetCommand.class,
            DeviceCommand.class,
            DeviceClassCommand.class,
            ApplyCommand.class,
            DiffCommand.class,
            LintCommand.class,
            DeviceClassesCommand.class,
            SimulateCommand.class,
            BenchCommand.class,
            KeysCommand.class,
            ContextCommand.class,
            CompletionCommand.class,
            AgentCommand.class,
            ServersCommand.class
        })
final class QuantfleetCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Say more, and show the stack trace of a failure.")
    private boolean verbose;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }

    boolean verbose() {
        return verbose;
    }
}
