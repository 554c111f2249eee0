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
     * Whether sums of products of an unsigned and a signed byte saturate: on x86 without VNNI, which adds two of them in 16
     * bits. ONNX Runtime has an option for that case alone; elsewhere the option, and the one that allows signed
     * activations, choose kernels that are several times slower. The answer is yes for an x86 processor of which nothing
     * can be found out: slow and right.
     *
     * @param cpuInfo usually {@code /proc/cpuinfo}
     */
    static boolean saturates(String architecture, Path cpuInfo) {
        String name = architecture.toLowerCase(Locale.ROOT);
        boolean x86 = name.equals("amd64") || name.matches("x86.*|i[3-6]86");
        return x86 && !hasVnni(cpuInfo);
    }

    private static boolean hasVnni(Path cpuInfo) {
        try (Stream<String> lines = Files.lines(cpuInfo)) {
            return lines.anyMatch(line -> line.startsWith("flags") && line.matches(".*\\bavx(512)?_vnni\\b.*"));
        } catch (IOException notLinux) {
            return false;
        }
    }
}
