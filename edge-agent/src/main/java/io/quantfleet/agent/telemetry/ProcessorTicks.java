package io.quantfleet.agent.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Time of all processors as {@code /proc/stat} counts it, since the machine started.
 *
 * @param used of it, by whom one asked for
 * @param all in the same unit
 */
record ProcessorTicks(long used, long all) {
    private static final int IDLE = 3;
    private static final int WAITING = 4;
    /** The counts after these are parts of the first ones. */
    private static final int COUNTED = 8;
    /** Fields of /proc/self/stat behind the name: the state is the first. */
    private static final int USER = 11;

    private static final int KERNEL = 12;

    /** What all programs used; empty if the system doesn't say. */
    static Optional<ProcessorTicks> ofSystem(Path proc) {
        try {
            long[] ticks = total(proc);
            long all = LongStream.of(ticks).sum();
            return Optional.of(new ProcessorTicks(all - ticks[IDLE] - ticks[WAITING], all));
        } catch (IOException | RuntimeException notThere) {
            return Optional.empty();
        }
    }

    /** What this process used; empty if the system doesn't say. */
    static Optional<ProcessorTicks> ofProcess(Path proc) {
        try {
            String stat = Files.readString(proc.resolve("self/stat"));
            // The name of the program, in parentheses, may hold anything.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            long used = Long.parseLong(fields[USER]) + Long.parseLong(fields[KERNEL]);
            return Optional.of(
                    new ProcessorTicks(used, LongStream.of(total(proc)).sum()));
        } catch (IOException | RuntimeException notThere) {
            return Optional.empty();
        }
    }

    /** The part used between two readings; NaN if one of them is missing. */
    static double used(Optional<ProcessorTicks> before, Optional<ProcessorTicks> after) {
        if (before.isEmpty() || after.isEmpty() || after.get().all <= before.get().all) {
            return Double.NaN;
        }
        double share = (double) (after.get().used - before.get().used) / (after.get().all - before.get().all);
        return Math.max(0, Math.min(1, share));
    }

    private static long[] total(Path proc) throws IOException {
        try (Stream<String> lines = Files.lines(proc.resolve("stat"))) {
            String first = lines.findFirst().orElseThrow();
            return Stream.of(first.strip().split("\\s+"))
                    .skip(1)
                    .limit(COUNTED)
                    .mapToLong(Long::parseLong)
                    .toArray();
        }
    }
}
