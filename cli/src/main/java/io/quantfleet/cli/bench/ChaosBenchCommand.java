package io.quantfleet.cli.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.stack.Stack;
import io.quantfleet.cli.terminal.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quantfleet bench chaos}: rollouts while everything that can be killed is killed. */
@Command(
        name = "chaos",
        description = {
            "Takes a fleet from version to version of a model while, by the seed, processes are killed, connections cut, "
                    + "and messages doubled and reordered; then looks at every device.",
            "A round ends when every device serves what it should and the control plane knows it, or after --limit."
        },
        sortOptions = false)
final class ChaosBenchCommand implements Callable<Integer> {
    private static final int MOST_ROUNDS = 1_000_000;
    private static final Duration RESTART_PAUSE = Duration.ofSeconds(1);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--rounds", defaultValue = "200", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(
            names = "--devices",
            defaultValue = "20",
            paramLabel = "N",
            description = "Simulated devices. Default: ${DEFAULT-VALUE}")
    private int devices;

    @Option(
            names = "--agents",
            defaultValue = "2",
            paramLabel = "N",
            description = "Agents with processes of their own. Default: ${DEFAULT-VALUE}")
    private int agents;

    @Option(
            names = "--limit",
            defaultValue = "120",
            paramLabel = "SECONDS",
            description = "How long a round may take after its last misfortune. Default: ${DEFAULT-VALUE}")
    private int limit;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file, too.")
    private @Nullable Path json;

    @Override
    public Integer call() throws InterruptedException {
        if (rounds < 1 || rounds > MOST_ROUNDS || devices < 1 || agents < 0) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--rounds is from 1 to " + MOST_ROUNDS + ", --devices at least 1");
        }
        Progress progress = Progress.onStandardError();
        Stack stack = BenchStack.start(progress, 1, RESTART_PAUSE);
        ControlPlaneClient client = new ControlPlaneClient(stack.addresses().console());
        ChaosModel model = new ChaosModel(client, stack.directory().resolve("chaos-model"));
        Progress.Step step = progress.begin("Quantizing the versions");
        List<Integer> versions = model.prepare();
        step.done(versions.toString());
        try (ChaosFleet fleet = ChaosFleet.start(stack, agents, devices, seed)) {
            ChaosRound round = new ChaosRound(stack, client, fleet, model, Duration.ofSeconds(limit));
            ObjectNode report = play(round, fleet, versions, progress);
            report.put("jobsUnfinished", model.unfinished(versions));
            BenchReport.write(report, spec, json);
            boolean clean = List.of("lost", "duplicated", "corrupt", "unreported", "jobsUnfinished").stream()
                    .allMatch(name -> report.path(name).asInt() == 0);
            return clean ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        }
    }

    private ObjectNode play(ChaosRound round, ChaosFleet fleet, List<Integer> versions, Progress progress)
            throws InterruptedException {
        Progress.Step step = progress.begin(rounds + " rounds");
        Map<String, Integer> kills = new TreeMap<>();
        int lost = 0;
        int corrupt = 0;
        int unreported = 0;
        // Seeds that follow one another begin alike: no round would ever kill the control plane.
        Random seeds = new Random(seed);
        for (int i = 0; i < rounds; i++) {
            // The next version in turn, so that every round has something to install.
            int version = versions.get(i % versions.size());
            ChaosRound.Result result = round.run(version, new Random(seeds.nextLong()));
            lost += result.lost();
            corrupt += result.corrupt();
            unreported += result.unreported();
            result.kills().forEach((name, count) -> kills.merge(name, count, Integer::sum));
            step.say("round " + (i + 1) + ": lost " + lost + ", corrupt " + corrupt + ", unreported " + unreported
                    + ", after " + kills);
        }
        step.done("");
        ObjectNode report = JsonMapper.builder()
                .build()
                .createObjectNode()
                .put("rounds", rounds)
                .put("lost", lost)
                .put("duplicated", fleet.duplicates())
                .put("corrupt", corrupt)
                .put("unreported", unreported)
                .put("seed", seed)
                .put("devices", fleet.size())
                .put("seconds", Math.round(step.elapsed().toMillis() / 1000.0));
        ObjectNode struck = report.putObject("struck");
        kills.forEach(struck::put);
        return report;
    }
}
