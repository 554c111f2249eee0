package io.quantfleet.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.stack.Installation;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quantfleet bench gates}: how well gates tell bad variants from good ones. */
@Command(
        name = "gates",
        description = {
            "Rolls out variants that are 3 points less accurate than FP32, and others as accurate, to 500 devices with "
                    + "5 % canaries, and counts how many were stopped.",
            "Strategy, gates and the rollout's state machine are the control plane's own. Devices are numbers, answers "
                    + "are drawn at random, and time runs as fast as it is computed."
        },
        sortOptions = false)
final class GatesBenchCommand implements Callable<Integer> {
    private static final String PROGRAM = "io.quantfleet.controlplane.rollout.GateTrials";
    private static final int MOST_RUNS = 100_000;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--runs",
            defaultValue = "100",
            paramLabel = "N",
            description = "How many rollouts of either kind. Default: ${DEFAULT-VALUE}")
    private int runs;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file, too.")
    private @Nullable Path json;

    @Override
    public Integer call() throws InterruptedException {
        if (runs < 1 || runs > MOST_RUNS) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--runs is from 1 to " + MOST_RUNS + ", not " + runs);
        }
        BenchReport.write(run(Installation.current()), spec, json);
        return CommandLine.ExitCode.OK;
    }

    // In a process of its own, for the control plane's classes are none of this program's.
    private JsonNode run(Installation installation) throws InterruptedException {
        Path program = installation.controlPlane().resolveSibling("");
        String classPath = program.resolve("app") + "/*" + File.pathSeparator + program.resolve("lib/main") + "/*";
        try {
            Process process = new ProcessBuilder(List.of(
                            installation.java().toString(),
                            "-XX:+UseSerialGC",
                            "-cp",
                            classPath,
                            PROGRAM,
                            Integer.toString(runs),
                            Long.toString(seed)))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new CliException("the trials ended with status " + process.exitValue());
            }
            return JsonMapper.builder().build().readTree(output);
        } catch (IOException e) {
            throw new CliException("can't run the trials: " + e.getMessage(), e);
        }
    }
}
