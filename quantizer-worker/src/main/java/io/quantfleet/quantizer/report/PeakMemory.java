package io.quantfleet.quantizer.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * The most memory that this process has had resident since it started: Linux' {@code VmHWM}, which counts the heap,
 * native memory and mapped files alike and never falls. In a worker that has run several jobs it is that of the largest
 * so far. Other systems have no such figure, and reports leave it out.
 */
public final class PeakMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String KEY = "VmHWM:";
    private static final double KIB_PER_MIB = 1024;

    private PeakMemory() {}

    /** In MiB; empty where the system doesn't tell. */
    public static OptionalDouble mebibytes() {
        return read(STATUS);
    }

    static OptionalDouble read(Path status) {
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith(KEY))
                    .map(line -> line.substring(KEY.length()).replace("kB", "").strip())
                    .mapToDouble(kib -> Long.parseLong(kib) / KIB_PER_MIB)
                    .findFirst();
        } catch (IOException | NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }
}
