package io.quantfleet.cli.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quantfleet bench}: has one command for each thing that is measured. */
@Command(
        name = "bench",
        description = "Measures what things cost on this machine.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            QuantizerBenchCommand.class,
            DeltaBenchCommand.class,
            RolloutBenchCommand.class,
            GatesBenchCommand.class,
            ChaosBenchCommand.class,
            RegistryBenchCommand.class,
            IngestBenchCommand.class,
            LargeModelBenchCommand.class,
            LanguageModelBenchCommand.class
        })
public final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "say what to measure: quantizer, delta, rollout, gates, chaos, registry, ingest, large-model or"
                        + " language-model");
    }
}
