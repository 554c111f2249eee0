package io.quantfleet.agent.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** What matters of the device's processor for the arithmetic of quantized models. */
final class HostProcessor {
    private HostProcessor() {}

    /**
     * Whether products of signed bytes are summed exactly and fast: on ARM, and on x86 with VNNI. The answer is no where
     * that can't be found out.
     *
     * @param cpuInfo usually {@code /proc/cpuinfo}
     */
    static boolean multipliesSignedBytes(String architecture, Path cpuInfo) {
        String name = architecture.toLowerCase(Locale.ROOT);
        return name.startsWith("aarch64") || name.startsWith("arm") || hasVnni(cpuInfo);
    }

    private static boolean hasVnni(Path cpuInfo) {
        try (Stream<String> lines = Files.lines(cpuInfo)) {
            return lines.anyMatch(line -> line.startsWith("flags") && line.matches(".*\\bavx(512)?_vnni\\b.*"));
        } catch (IOException notLinux) {
            return false;
        }
    }
}
