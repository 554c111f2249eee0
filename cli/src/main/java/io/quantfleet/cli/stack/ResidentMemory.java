package io.quantfleet.cli.stack;

import io.quantfleet.cli.embedded.LeftoverPostmaster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The memory of every process of a stack: this one, the programs, PostgreSQL's. Memory that PostgreSQL's processes share
 * is counted for each of them. Known on Linux only. Safe for use by several threads.
 */
public final class ResidentMemory {
    private static final String FIELD = "VmRSS:";

    private final Stack stack;
    private final AtomicLong peak = new AtomicLong();

    public ResidentMemory(Stack stack) {
        this.stack = stack;
    }

    /** Measures once. */
    public void sample() {
        Stream<ProcessHandle> postgres = LeftoverPostmaster.find(
                        stack.directory().resolve("postgres"))
                .stream()
                .flatMap(ResidentMemory::withDescendants);
        Stream<ProcessHandle> programs =
                stack.supervisor().running().values().stream().flatMap(ResidentMemory::withDescendants);
        List<ProcessHandle> processes = Stream.concat(
                        Stream.of(ProcessHandle.current()), Stream.concat(programs, postgres))
                .distinct()
                .toList();
        long bytes = processes.stream().mapToLong(ResidentMemory::bytes).sum();
        peak.accumulateAndGet(bytes, Math::max);
    }

    /** The largest sum measured so far, in MiB; empty where it can't be measured. */
    public OptionalLong peakMiB() {
        long bytes = peak.get();
        return bytes == 0 ? OptionalLong.empty() : OptionalLong.of(bytes >> 20);
    }

    private static Stream<ProcessHandle> withDescendants(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants());
    }

    private static long bytes(ProcessHandle process) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            return lines.filter(line -> line.startsWith(FIELD))
                    .mapToLong(line -> Long.parseLong(
                            line.substring(FIELD.length()).replace("kB", "").strip()))
                    .map(kib -> kib << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException goneOrNotLinux) {
            return 0;
        }
    }
}
