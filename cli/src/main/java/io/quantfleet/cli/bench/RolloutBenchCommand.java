package io.quantfleet.cli.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.Rollout;
import io.quantfleet.cli.simulate.Behaviour;
import io.quantfleet.cli.simulate.Faults;
import io.quantfleet.cli.simulate.FleetFigures;
import io.quantfleet.cli.simulate.SimulatedFleet;
import io.quantfleet.cli.stack.Stack;
import io.quantfleet.cli.terminal.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quantfleet bench rollout}: how long a variant takes to a fleet, and what that costs the servers. */
@Command(
        name = "rollout",
        description = {
            "Takes a variant of the given size to simulated devices over an embedded stack, and prints how long it took "
                    + "until all were ACTIVE, and what the servers used.",
            "Control plane, Kafka, PostgreSQL, the MQTT broker and the devices share this machine. The servers' figures "
                    + "are of the control plane and of the process that holds Kafka and the MQTT broker."
        },
        sortOptions = false)
final class RolloutBenchCommand implements Callable<Integer> {
    private static final String FLEET = "bench";
    private static final String MODEL = "bench";
    private static final String DEVICE_CLASS = "rpi-cpu";
    private static final Duration RESTART_PAUSE = Duration.ofSeconds(30);
    private static final Duration CONNECT_LIMIT = Duration.ofMinutes(3);
    private static final int MOST_DEVICES = 50_000;
    private static final int LARGEST_ARTIFACT = 256 << 20;
    private static final Duration POLL = Duration.ofMillis(250);
    /** Once all devices are done, only the rollout's end is waited for. */
    private static final Duration LAST_POLL = Duration.ofMillis(50);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--devices", defaultValue = "2000", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}")
    private int devices;

    @Option(
            names = "--artifact-bytes",
            defaultValue = "4194304",
            paramLabel = "B",
            description = "The size of the variant. Default: ${DEFAULT-VALUE}")
    private int artifactBytes;

    @Option(
            names = "--limit",
            defaultValue = "300",
            paramLabel = "SECONDS",
            description = "When to give up on devices that are not ACTIVE. Default: ${DEFAULT-VALUE}")
    private int limit;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file, too.")
    private @Nullable Path json;

    @Override
    public Integer call() throws InterruptedException {
        if (devices < 1 || devices > MOST_DEVICES || artifactBytes < 1 || artifactBytes > LARGEST_ARTIFACT) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--devices is from 1 to " + MOST_DEVICES + ", --artifact-bytes from 1 to " + LARGEST_ARTIFACT);
        }
        Progress progress = Progress.onStandardError();
        Stack stack = BenchStack.start(progress, 0, RESTART_PAUSE);
        ControlPlaneClient client = new ControlPlaneClient(stack.addresses().console());
        client.createFleet(FLEET, "Simulated devices");

        Progress.Step enrolling = progress.begin("Enrolling " + devices + " devices");
        SimulatedFleet fleet = SimulatedFleet.enrol(
                stack.addresses().console(),
                List.of(SimulatedFleet.Group.joining(client, FLEET, "bench", DEVICE_CLASS, devices)),
                Behaviour.USUAL,
                Faults.NONE,
                1);
        enrolling.done("");
        int version = new PreparedVariant(stack).register(MODEL, DEVICE_CLASS, artifactBytes, 1);
        connect(fleet, progress);

        ObjectNode report = measure(stack, client, fleet, version, progress);
        fleet.close();
        BenchReport.write(report, spec, json);
        boolean complete =
                report.path("failed").asInt() == 0 && report.path("duplicates").asInt() == 0;
        return complete ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private void connect(SimulatedFleet fleet, Progress progress) throws InterruptedException {
        Progress.Step step = progress.begin("Connecting them");
        fleet.start();
        await(CONNECT_LIMIT, POLL, () -> {
            int connected = fleet.figures().connected();
            step.say(connected + " of " + devices);
            return connected == devices;
        });
        if (fleet.figures().connected() != devices) {
            throw new CliException("only " + fleet.figures().connected() + " of " + devices + " devices could connect");
        }
        step.done("");
    }

    private ObjectNode measure(
            Stack stack, ControlPlaneClient client, SimulatedFleet fleet, int version, Progress progress)
            throws InterruptedException {
        Progress.Step step = progress.begin("Rolling out " + artifactBytes + " bytes");
        try (ServerUsage usage = new ServerUsage(stack)) {
            long begun = System.nanoTime();
            Rollout rollout = client.createRollout(FLEET, MODEL, version);
            await(Duration.ofSeconds(limit), POLL, () -> {
                FleetFigures figures = fleet.figures();
                step.say(figures.states().toString());
                return figures.in("ACTIVE") == devices;
            });
            double secondsOnDevices = (System.nanoTime() - begun) / 1e9;
            // A rollout is finished when the control plane knows of every device that it is ACTIVE.
            boolean finished = await(
                    Duration.ofSeconds(limit).minusNanos(System.nanoTime() - begun),
                    LAST_POLL,
                    () -> isFinished(client, rollout));
            double seconds = (System.nanoTime() - begun) / 1e9;
            step.done("");
            FleetFigures figures = fleet.figures();
            ObjectNode report = JsonMapper.builder()
                    .build()
                    .createObjectNode()
                    .put("devices", devices)
                    .put("artifactBytes", artifactBytes);
            if (finished) {
                report.put("secondsToAllActive", rounded(seconds));
            } else {
                report.putNull("secondsToAllActive");
            }
            return report.put("secondsOnDevices", rounded(secondsOnDevices))
                    .put("serverCpuSeconds", rounded(usage.cpuSeconds()))
                    .put("controlPlaneCpuSeconds", rounded(usage.controlPlaneCpuSeconds()))
                    .put("serverPeakRssMiB", usage.peakRssMiB())
                    .put("devicesCpuSeconds", rounded(usage.devicesCpuSeconds()))
                    .put("bytesDelivered", figures.bytesDelivered())
                    .put("failed", devices - figures.in("ACTIVE"))
                    .put("duplicates", figures.duplicates());
        }
    }

    private static boolean isFinished(ControlPlaneClient client, Rollout rollout) {
        return client.rollouts().stream()
                .anyMatch(known ->
                        known.id().equals(rollout.id()) && known.state().equals("FINISHED"));
    }

    private static boolean await(Duration limit, Duration poll, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(poll.toMillis());
        }
        return true;
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
