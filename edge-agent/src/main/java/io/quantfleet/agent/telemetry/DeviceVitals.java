package io.quantfleet.agent.telemetry;

import io.quantfleet.agent.serve.ResidentMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Reads the process's memory and the CPU's temperature from Linux's pseudo files; NaN where there is none. */
public final class DeviceVitals {
    private static final List<String> CPU_ZONES = List.of("cpu", "soc", "x86_pkg_temp", "core");

    private final Path proc;
    private final Optional<Path> temperature;

    /**
     * @param proc usually {@code /proc}
     * @param thermal usually {@code /sys/class/thermal}
     */
    public DeviceVitals(Path proc, Path thermal) {
        this.proc = proc;
        this.temperature = cpuZone(thermal).map(zone -> zone.resolve("temp"));
    }

    /** Resident memory of this process, bytes. */
    public double residentBytes() {
        OptionalLong bytes = ResidentMemory.bytes(proc);
        return bytes.isPresent() ? bytes.getAsLong() : Double.NaN;
    }

    /** Temperature of the CPU, or of the first zone there is, in degrees Celsius. */
    public double temperatureCelsius() {
        if (temperature.isEmpty()) {
            return Double.NaN;
        }
        try {
            return Long.parseLong(Files.readString(temperature.get()).strip()) / 1000.0;
        } catch (IOException | RuntimeException sensorGone) {
            return Double.NaN;
        }
    }

    private static Optional<Path> cpuZone(Path thermal) {
        try (Stream<Path> zones = Files.list(thermal)) {
            return zones.filter(zone -> Files.isReadable(zone.resolve("temp")))
                    .min(Comparator.comparing((Path zone) -> !isCpu(zone)).thenComparing(Path::toString));
        } catch (IOException noSensors) {
            return Optional.empty();
        }
    }

    private static boolean isCpu(Path zone) {
        try {
            String type = Files.readString(zone.resolve("type")).toLowerCase(Locale.ROOT);
            return CPU_ZONES.stream().anyMatch(type::contains);
        } catch (IOException e) {
            return false;
        }
    }
}
