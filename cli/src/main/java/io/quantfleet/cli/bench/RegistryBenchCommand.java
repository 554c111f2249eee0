package io.quantfleet.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.stack.Stack;
import io.quantfleet.cli.terminal.Progress;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quantfleet bench registry}: what many devices cost the registry. */
@Command(
        name = "registry",
        description = {
            "Measures what many devices cost the registry, on an embedded stack of its own.",
            "",
            "importSeconds is one call that registers all of them from CSV; queries has the median milliseconds of a"
                    + " preview of a fleet, which counts what a query selects by class and shows the first of them;"
                    + " rolloutSeconds is the call that creates and begins a rollout to all of them. Times are a client's,"
                    + " over HTTP.",
            ""
        },
        sortOptions = false)
final class RegistryBenchCommand implements Callable<Integer> {
    private static final String FLEET = "bench-registry";
    private static final String DEVICE_CLASS = "rpi-cpu";
    private static final Duration NO_PAUSE = Duration.ZERO;
    private static final int REPETITIONS = 15;
    private static final int SITES = 50;
    private static final int RACKS = 1000;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final List<String> QUERIES = List.of(
            "id = dev-0000007",
            "label.rack = r7",
            "class = rpi-cpu and label.site in (s1, s2) and not label.rack = r7",
            "class = rpi-cpu and label.site in (s1, s2) and agent >= 1.2",
            "lastSeen > 7d and online = false and label.site = s3",
            "id like *99* or label.rack like r99*",
            "label.site != s1");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--devices",
            defaultValue = "100000",
            paramLabel = "N",
            description = "How many. Default: ${DEFAULT-VALUE}")
    private int devices;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file, too.")
    private @Nullable Path json;

    @Override
    public Integer call() {
        if (devices < 1 || devices > 1_000_000) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--devices must be from 1 to 1,000,000");
        }
        try (Progress progress = Progress.onStandardError();
                Stack stack = BenchStack.start(progress, 0, NO_PAUSE)) {
            BenchReport.write(measure(stack, progress), spec, json);
            return CommandLine.ExitCode.OK;
        } catch (IOException e) {
            throw new CliException("can't write the list of devices: " + e.getMessage(), e);
        }
    }

    private JsonNode measure(Stack stack, Progress progress) throws IOException {
        ControlPlaneClient client = new ControlPlaneClient(stack.addresses().console());
        client.createFleet(FLEET, "All of the bench's devices");
        ObjectNode report = JsonMapper.builder().build().createObjectNode().put("devices", devices);
        report.put("importSeconds", importAll(stack, client, progress));
        ObjectNode queries = report.putObject("queries");
        Progress.Step asking = progress.begin("Asking for fleets");
        QUERIES.forEach(query -> queries.put(query, median(client, query)));
        asking.done("");
        int version = new PreparedVariant(stack).register("bench", DEVICE_CLASS, 1 << 12, 1);
        Progress.Step rollout = progress.begin("Creating a rollout to " + devices + " devices");
        long begin = System.nanoTime();
        client.createRollout(FLEET, "bench", version);
        report.put("rolloutSeconds", seconds(begin));
        rollout.done("");
        return report;
    }

    private double importAll(Stack stack, ControlPlaneClient client, Progress progress) throws IOException {
        Path file = stack.directory().resolve("devices.csv");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("id,class,fleet,label.site,label.rack\n");
            for (int i = 0; i < devices; i++) {
                out.write(String.format(
                        Locale.ROOT, "dev-%07d,%s,%s,s%d,r%d%n", i, DEVICE_CLASS, FLEET, i % SITES, i % RACKS));
            }
        }
        Progress.Step step = progress.begin("Importing " + devices + " devices");
        long begin = System.nanoTime();
        JsonNode imported = client.importDevices(file, "text/csv", Map.of());
        double taken = seconds(begin);
        if (imported.path("registered").asInt() != devices) {
            throw new CliException("not every device was registered: " + imported);
        }
        step.done("");
        return taken;
    }

    private static double median(ControlPlaneClient client, String query) {
        double[] millis = new double[REPETITIONS];
        for (int i = 0; i < REPETITIONS; i++) {
            long begin = System.nanoTime();
            client.send("fleets/preview", Map.of("query", query));
            millis[i] = (System.nanoTime() - begin) / NANOS_PER_MILLI;
        }
        Arrays.sort(millis);
        return millis[REPETITIONS / 2];
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / NANOS_PER_SECOND;
    }
}
