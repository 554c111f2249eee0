package io.quantfleet.cli.simulate;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ApiException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.simulate.SimulatedFleet.Group;
import io.quantfleet.cli.stack.Installation;
import io.quantfleet.cli.stack.Stack;
import io.quantfleet.cli.stack.StackArguments;
import io.quantfleet.cli.stack.StopOnExit;
import io.quantfleet.cli.stack.TemporaryDirectory;
import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.protocols.ReasonCode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quantfleet simulate}: a fleet of devices in this process. */
@Command(
        name = "simulate",
        description = {
            "Runs a fleet of simulated devices in this process: the agent's own core and wire protocol, with a stand-in "
                    + "for the runtime that takes no time.",
            "Without --control-plane it starts a whole stack of its own, with a fleet called 'simulated', which leaves "
                    + "nothing behind unless --data-dir is given. Ctrl-C, or --for, ends it."
        },
        sortOptions = false)
public final class SimulateCommand implements Callable<Integer> {
    private static final String FLEET = "simulated";
    private static final int MOST_DEVICES = 50_000;

    @Option(names = "--devices", required = true, paramLabel = "N", description = "How many devices, of all classes.")
    private int devices;

    @Option(
            names = "--class",
            split = ",",
            defaultValue = "rpi-cpu",
            paramLabel = "CLASS",
            description = "The classes that devices are of, in turn. Default: ${DEFAULT-VALUE}")
    private List<String> classes = List.of();

    @Option(
            names = "--control-plane",
            paramLabel = "URL",
            description = "The control plane to enrol with; without it, an embedded one.")
    private @Nullable URI controlPlane;

    @Option(
            names = "--enrolment-token",
            split = ",",
            paramLabel = "TOKEN",
            description = "For --control-plane: one token for each class, in the order of --class.")
    private List<String> tokens = List.of();

    @Option(
            names = "--prefix",
            defaultValue = "sim",
            paramLabel = "TEXT",
            description = "Begins every device's id; another simulation needs another one. Default: ${DEFAULT-VALUE}")
    private String prefix = "sim";

    @Option(
            names = "--latency",
            defaultValue = "8ms:12ms",
            paramLabel = "P50[:P95]",
            description = "Of an inference, log-normal. Default: ${DEFAULT-VALUE}")
    private String latency = "";

    @Option(
            names = "--accuracy",
            defaultValue = "1",
            paramLabel = "MEAN[:DEVIATION]",
            description = "On the probe set, 0 to 1, and how far devices differ. Default: ${DEFAULT-VALUE}")
    private String accuracy = "";

    @Option(
            names = "--telemetry-interval",
            defaultValue = "60",
            paramLabel = "SECONDS",
            description = "Length of a telemetry window. Default: ${DEFAULT-VALUE}")
    private double telemetryInterval;

    @Option(
            names = "--probe-rate",
            defaultValue = "2",
            paramLabel = "N",
            description = "Inferences per second and device. Default: ${DEFAULT-VALUE}")
    private double probeRate;

    @Option(
            names = "--faults",
            paramLabel = "FAULT=SHARE",
            description =
                    "Which part of the devices suffers from what, as loss=0.1,crash=0.05. Faults: loss, slowness, "
                            + "corruption, crash, wrong-answers, lying-clock, duplication, reordering.")
    private @Nullable String faults;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "N", description = "Which devices suffer, and how.")
    private long seed;

    @Option(names = "--for", paramLabel = "SECONDS", description = "Ends by itself after so long.")
    private @Nullable Long seconds;

    @Option(names = "--json", paramLabel = "FILE", description = "Where to write, at the end, what the devices did.")
    private @Nullable Path json;

    @Mixin
    private StackArguments stackArguments = new StackArguments();

    @Override
    public Integer call() throws InterruptedException {
        check();
        Behaviour behaviour = new Behaviour(
                Distribution.Latency.parse(latency),
                Distribution.Accuracy.parse(accuracy),
                Duration.ofMillis(Math.round(telemetryInterval * 1000)),
                probeRate);
        Faults suffered = faults == null ? Faults.NONE : Faults.parse(faults);
        Progress progress = Progress.onStandardOutput();
        URI server = controlPlane == null ? startStack(progress) : controlPlane;
        Progress.Step step = progress.begin("Enrolling " + devices + " devices");
        SimulatedFleet fleet = SimulatedFleet.enrol(server, groups(server), behaviour, suffered, seed);
        step.done("");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> write(fleet.figures()), "simulation-report"));
        fleet.start();
        watch(fleet, progress);
        return 0;
    }

    private void check() {
        if (devices < 1 || devices > MOST_DEVICES) {
            throw new CliException("--devices is from 1 to " + MOST_DEVICES + ", not " + devices
                    + "; for more, simulate on several machines, each with a --prefix of its own");
        }
        if (controlPlane != null && tokens.size() != classes.size()) {
            throw new CliException("--enrolment-token needs " + classes.size() + " tokens, one for each of " + classes
                    + ", separated by commas; it has " + tokens.size());
        }
        if (controlPlane == null && !tokens.isEmpty()) {
            throw new CliException("--enrolment-token goes with --control-plane; the embedded one makes its own");
        }
    }

    private URI startStack(Progress progress) {
        boolean temporary = stackArguments.namedDirectory().isEmpty();
        Path root = stackArguments.namedDirectory().orElseGet(TemporaryDirectory::create);
        Stack stack = Stack.open(stackArguments.options(root), Installation.current(), progress);
        StopOnExit.install(stack, progress, () -> {
            if (temporary) {
                TemporaryDirectory.delete(root);
            }
        });
        stack.start();
        progress.line("            Console: " + stack.addresses().console());
        return stack.addresses().console();
    }

    private List<Group> groups(URI server) {
        ControlPlaneClient client = new ControlPlaneClient(server);
        if (controlPlane == null) {
            makeFleet(client);
        }
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < classes.size() && i < devices; i++) {
            String deviceClass = classes.get(i);
            String name = prefix + "-" + deviceClass;
            groups.add(
                    controlPlane == null
                            ? Group.joining(client, FLEET, name, deviceClass, share(i))
                            : new Group(name, deviceClass, tokens.get(i), share(i)));
        }
        return groups;
    }

    private int share(int index) {
        return devices / classes.size() + (index < devices % classes.size() ? 1 : 0);
    }

    private static void makeFleet(ControlPlaneClient client) {
        try {
            client.createFleet(FLEET, "Devices that are simulated");
        } catch (ApiException e) {
            if (!e.is(ReasonCode.NAME_TAKEN)) {
                throw e;
            }
        }
    }

    private void watch(SimulatedFleet fleet, Progress progress) throws InterruptedException {
        Progress.Step step = progress.begin("Simulating");
        Instant end = seconds == null ? Instant.MAX : Instant.now().plusSeconds(seconds);
        while (Instant.now().isBefore(end)) {
            FleetFigures figures = fleet.figures();
            step.say(figures.connected() + " of " + devices + " connected, " + figures.states());
            TimeUnit.SECONDS.sleep(1);
        }
        step.done(fleet.figures().states().toString());
    }

    private void write(FleetFigures figures) {
        if (json != null) {
            try {
                JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), figures);
            } catch (IOException e) {
                System.err.println("quantfleet: can't write --json " + json + ": " + e.getMessage());
            }
        }
    }
}
