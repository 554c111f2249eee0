package io.quantfleet.cli.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.simulate.WindowLoad;
import io.quantfleet.cli.stack.Stack;
import io.quantfleet.cli.terminal.Progress;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quantfleet bench ingest}: how many telemetry windows a second arrive, and what they leave behind. */
@Command(
        name = "ingest",
        description = {
            "Publishes telemetry windows from simulated devices over an embedded stack, and counts what arrives.",
            "Every hundredth window is published twice. stored is what the roll-ups count; duplicates is how many of it were"
                    + " counted more than once; p99Ms is from publishing to being seen in the database, of 20 windows a"
                    + " second; bytesPerWindow is by how much the database has grown once the windows are only in roll-ups,"
                    + " for which the control plane is told to keep them for a minute; growthBytes says which tables grew.",
            "Everything shares this machine. The exit code is 1 if a window was lost or counted twice."
        },
        sortOptions = false)
final class IngestBenchCommand implements Callable<Integer> {
    private static final String FLEET = "bench-ingest";
    private static final String DEVICE_CLASS = "rpi-cpu";
    private static final Duration TOKEN_VALIDITY = Duration.ofHours(1);
    private static final Duration RESTART_PAUSE = Duration.ofSeconds(30);
    private static final Duration CONNECT_LIMIT = Duration.ofMinutes(3);
    private static final Duration CATCH_UP_LIMIT = Duration.ofMinutes(2);
    private static final Duration DROP_LIMIT = Duration.ofMinutes(4);
    private static final int PUBLISHED_TWICE = 100;
    private static final int WATCHED_PER_SECOND = 20;
    private static final long POLL_MILLIS = 200;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--rate",
            defaultValue = "5000",
            paramLabel = "N",
            description = "Windows per second. Default: ${DEFAULT-VALUE}")
    private int rate;

    @Option(
            names = "--seconds",
            defaultValue = "60",
            paramLabel = "N",
            description = "For how long. Default: ${DEFAULT-VALUE}")
    private int seconds;

    @Option(
            names = "--devices",
            defaultValue = "2000",
            paramLabel = "N",
            description = "From so many devices. Default: ${DEFAULT-VALUE}")
    private int devices;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file, too.")
    private @Nullable Path json;

    @Override
    public Integer call() throws InterruptedException {
        if (rate < 1 || rate > 100_000 || seconds < 1 || seconds > 3600 || devices < 1 || devices > 20_000) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--rate is from 1 to 100,000, --seconds from 1 to 3600, --devices from 1 to 20,000");
        }
        Progress progress = Progress.onStandardError();
        Stack stack =
                BenchStack.start(progress, 0, RESTART_PAUSE, Map.of("QUANTFLEET_TELEMETRY_RETENTION_WINDOWS", "PT1M"));
        try (StoredWindows stored = new StoredWindows(stack.addresses().jdbc());
                WindowLoad load = enrol(stack, progress)) {
            connect(load, progress);
            ObjectNode report = measure(stack, load, stored, progress);
            BenchReport.write(report, spec, json);
            boolean exact =
                    report.path("stored").asLong() == report.path("sent").asLong()
                            && report.path("duplicates").asLong() == 0;
            return exact ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        } catch (SQLException e) {
            throw new CliException("can't look into the database: " + e.getMessage(), e);
        }
    }

    private WindowLoad enrol(Stack stack, Progress progress) {
        ControlPlaneClient client = new ControlPlaneClient(stack.addresses().console());
        client.createFleet(FLEET, "Simulated devices");
        String token = client.createEnrolmentToken(FLEET, DEVICE_CLASS, devices, TOKEN_VALIDITY);
        Progress.Step step = progress.begin("Enrolling " + devices + " devices");
        WindowLoad load = WindowLoad.enrol(stack.addresses().console(), "ingest", DEVICE_CLASS, token, devices);
        step.done("");
        return load;
    }

    private void connect(WindowLoad load, Progress progress) throws InterruptedException {
        Progress.Step step = progress.begin("Connecting them");
        load.connect();
        boolean all = await(CONNECT_LIMIT, () -> load.connected() == devices);
        if (!all) {
            throw new CliException("only " + load.connected() + " of " + devices + " devices could connect");
        }
        // One window of each, so that what is kept for each device is there before the growth is measured.
        load.publish(
                Math.min(rate, devices),
                Duration.ofSeconds(1 + devices / Math.min(rate, devices)),
                Integer.MAX_VALUE,
                (device, number) -> {});
        step.done("");
    }

    private ObjectNode measure(Stack stack, WindowLoad load, StoredWindows stored, Progress progress)
            throws InterruptedException, SQLException {
        await(CATCH_UP_LIMIT, () -> load.underway() == 0);
        awaitDrop(stored, progress, "Waiting until the first windows are only in roll-ups");
        long before = settledCount(stored);
        long bytesBefore = stored.databaseBytes();
        Map<String, Long> tablesBefore = stored.tableBytes();
        stored.start();
        Progress.Step step = progress.begin("Publishing " + rate + " windows a second for " + seconds + " s");
        AtomicLong count = new AtomicLong();
        int every = Math.max(1, rate / WATCHED_PER_SECOND);
        try (ServerUsage usage = new ServerUsage(stack)) {
            long begun = System.nanoTime();
            long sent = load.publish(rate, Duration.ofSeconds(seconds), PUBLISHED_TWICE, (device, number) -> {
                if (count.incrementAndGet() % every == 0) {
                    stored.watch(device, number);
                }
            });
            await(CATCH_UP_LIMIT, () -> load.underway() == 0);
            double published = (System.nanoTime() - begun) / 1e9;
            await(CATCH_UP_LIMIT, () -> stored.waiting() == 0 && counted(stored) >= before + sent);
            double cpu = usage.cpuSeconds();
            double controlPlaneCpu = usage.controlPlaneCpuSeconds();
            step.done("");
            long after = settledCount(stored);
            long distinct = stored.distinct();
            awaitDrop(stored, progress, "Waiting until the windows are only in roll-ups");
            ObjectNode report = JsonNodeFactory.instance.objectNode();
            report.put("windowsPerSecond", rounded(sent / published))
                    .put("sent", sent)
                    .put("stored", after - before)
                    .put("duplicates", after - distinct)
                    .put("p99Ms", rounded(stored.delayMillis(99)))
                    .put("bytesPerWindow", rounded((double) (stored.databaseBytes() - bytesBefore) / sent))
                    .put("p50Ms", rounded(stored.delayMillis(50)))
                    .put("maxMs", rounded(stored.delayMillis(100)))
                    .put("watched", stored.seen())
                    .put("devices", devices)
                    .put("bytesOnTheWire", rounded(load.bytesOnTheWire()))
                    .put("serverCpuSeconds", rounded(cpu))
                    .put("controlPlaneCpuSeconds", rounded(controlPlaneCpu));
            ObjectNode growth = report.putObject("growthBytes");
            stored.tableBytes().forEach((table, bytes) -> {
                long grown = bytes - tablesBefore.getOrDefault(table, 0L);
                if (grown != 0) {
                    growth.put(table, grown);
                }
            });
            return report;
        }
    }

    private static void awaitDrop(StoredWindows stored, Progress progress, String title) throws InterruptedException {
        Progress.Step step = progress.begin(title);
        boolean dropped = await(DROP_LIMIT, () -> raw(stored) == 0);
        step.done(dropped ? "" : "they are not, after " + DROP_LIMIT.toMinutes() + " minutes");
    }

    /** The count when it has stood still for a moment. */
    private static long settledCount(StoredWindows stored) throws InterruptedException, SQLException {
        long last = -1;
        long now = stored.counted();
        while (now != last) {
            TimeUnit.SECONDS.sleep(2);
            last = now;
            now = stored.counted();
        }
        return now;
    }

    private static long counted(StoredWindows stored) {
        try {
            return stored.counted();
        } catch (SQLException e) {
            throw new CliException("can't look into the database: " + e.getMessage(), e);
        }
    }

    private static long raw(StoredWindows stored) {
        try {
            return stored.raw();
        } catch (SQLException e) {
            throw new CliException("can't look into the database: " + e.getMessage(), e);
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static boolean await(Duration limit, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        return true;
    }

    private static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }
}
