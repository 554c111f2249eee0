package io.quantfleet.agent.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** How much memory this process takes, as Linux tells it. */
public final class ResidentMemory {
    private static final int KIB = 1024;

    private ResidentMemory() {}

    /**
     * Bytes in memory, shared libraries included; empty where there is no such file.
     *
     * @param proc usually {@code /proc}
     */
    public static OptionalLong bytes(Path proc) {
        try (Stream<String> lines = Files.lines(proc.resolve("self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> KIB * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException | RuntimeException notLinux) {
            return OptionalLong.empty();
        }
    }
}
