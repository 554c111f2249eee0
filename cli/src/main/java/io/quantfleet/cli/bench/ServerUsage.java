package io.quantfleet.cli.bench;

import io.quantfleet.cli.stack.Stack;
import io.quantfleet.cli.stack.StackPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * What the servers' processes use while it is open: the control plane, and the embedded servers, which are Kafka and the
 * MQTT broker in one process. PostgreSQL has processes of its own and is not counted. Known on Linux only.
 */
final class ServerUsage implements AutoCloseable {
    private static final String RESIDENT = "VmRSS:";
    private static final long SAMPLE_MILLIS = 200;

    private final List<ProcessHandle> processes;
    private final double cpuBefore;
    private final double controlPlaneCpuBefore;
    private final double ownCpuBefore = cpuSeconds(ProcessHandle.current());
    private final AtomicLong peakKib = new AtomicLong();
    private final ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "server-usage");
        thread.setDaemon(true);
        return thread;
    });

    ServerUsage(Stack stack) {
        this.processes = Stream.of(StackPrograms.CONTROL_PLANE, StackPrograms.SERVERS)
                .map(stack.supervisor().running()::get)
                .toList();
        this.cpuBefore = cpu();
        this.controlPlaneCpuBefore = cpuSeconds(processes.get(0));
        var unused = sampler.scheduleAtFixedRate(this::sample, 0, SAMPLE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Processor time since this was made. */
    double cpuSeconds() {
        return cpu() - cpuBefore;
    }

    /** Of that, the control plane's part. */
    double controlPlaneCpuSeconds() {
        return cpuSeconds(processes.get(0)) - controlPlaneCpuBefore;
    }

    /** Processor time of this process, which holds the devices, meanwhile. */
    double devicesCpuSeconds() {
        return cpuSeconds(ProcessHandle.current()) - ownCpuBefore;
    }

    /** The largest sum of resident memory seen. */
    long peakRssMiB() {
        sample();
        return peakKib.get() >> 10;
    }

    @Override
    public void close() {
        sampler.shutdownNow();
    }

    private double cpu() {
        return processes.stream().mapToDouble(ServerUsage::cpuSeconds).sum();
    }

    private static double cpuSeconds(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1000.0;
    }

    private void sample() {
        long sum = processes.stream().mapToLong(ServerUsage::residentKib).sum();
        peakKib.accumulateAndGet(sum, Math::max);
    }

    private static long residentKib(ProcessHandle process) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            return lines.filter(line -> line.startsWith(RESIDENT))
                    .mapToLong(line -> Long.parseLong(
                            line.substring(RESIDENT.length()).replace("kB", "").strip()))
                    .findFirst()
                    .orElse(0);
        } catch (IOException goneOrNotLinux) {
            return 0;
        }
    }
}
