package io.quantfleet.quantizer.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** What the processor that this program runs on is good at. */
final class HostProcessor {
    private static final Path LINUX_DESCRIPTION = Path.of("/proc/cpuinfo");

    private HostProcessor() {}

    /**
     * Whether products of unsigned activations and signed weights saturate: on x86 without VNNI. Where that can't be found
     * out the answer is yes, which costs speed but never exactness.
     */
    static boolean saturates() {
        String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        boolean arm = architecture.startsWith("aarch64") || architecture.startsWith("arm");
        return !arm && !hasVnni();
    }

    private static boolean hasVnni() {
        if (!Files.isReadable(LINUX_DESCRIPTION)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(LINUX_DESCRIPTION)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .filter(HostProcessor::isVnni)
                    .isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isVnni(String flags) {
        return flags.contains("avx512_vnni") || flags.contains("avx_vnni");
    }
}
