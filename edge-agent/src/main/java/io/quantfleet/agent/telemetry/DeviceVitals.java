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

/**
 * Reads memory, use of the processors, temperature and battery from Linux's pseudo files; NaN where there is none. Each
 * use of the processors is that since the last call.
 */
public final class DeviceVitals {
    private static final List<String> CPU_ZONES = List.of("cpu", "soc", "x86_pkg_temp", "core");

    private final Path proc;
    private final Optional<Path> temperature;
    private final Optional<Path> battery;
    private Optional<ProcessorTicks> system;
    private Optional<ProcessorTicks> process;

    /**
     * @param proc usually {@code /proc}
     * @param devices usually {@code /sys/class}
     */
    public DeviceVitals(Path proc, Path devices) {
        this.proc = proc;
        this.temperature = cpuZone(devices.resolve("thermal")).map(zone -> zone.resolve("temp"));
        this.battery = battery(devices.resolve("power_supply"));
        this.system = ProcessorTicks.ofSystem(proc);
        this.process = ProcessorTicks.ofProcess(proc);
    }

    /** The part of all processors that all programs used, 0 to 1. */
    public double cpuUsed() {
        Optional<ProcessorTicks> before = system;
        system = ProcessorTicks.ofSystem(proc);
        return ProcessorTicks.used(before, system);
    }

    /** The part of all processors that this process used, 0 to 1. */
    public double processCpuUsed() {
        Optional<ProcessorTicks> before = process;
        process = ProcessorTicks.ofProcess(proc);
        return ProcessorTicks.used(before, process);
    }

    /** What programs can still get without swapping, bytes. */
    public double availableBytes() {
        try (Stream<String> lines = Files.lines(proc.resolve("meminfo"))) {
            return lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D+", "")) * 1024.0)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException | RuntimeException notThere) {
            return Double.NaN;
        }
    }

    /** Charge of the battery, 0 to 1. */
    public double batteryCharge() {
        OptionalLong percent = readNumber(battery.map(supply -> supply.resolve("capacity")));
        return percent.isPresent() ? percent.getAsLong() / 100.0 : Double.NaN;
    }

    /** 1 if the battery is being charged or full, 0 if it is used. */
    public double batteryCharging() {
        if (battery.isEmpty()) {
            return Double.NaN;
        }
        try {
            String status = Files.readString(battery.get().resolve("status")).strip();
            return status.equals("Charging") || status.equals("Full") ? 1 : 0;
        } catch (IOException unknown) {
            return Double.NaN;
        }
    }

    private static Optional<Path> battery(Path supplies) {
        try (Stream<Path> all = Files.list(supplies)) {
            return all.filter(DeviceVitals::isBattery).min(Comparator.comparing(Path::toString));
        } catch (IOException noBattery) {
            return Optional.empty();
        }
    }

    /** Whether it powers the board: a mouse has a battery, too. */
    private static boolean isBattery(Path supply) {
        try {
            Path scope = supply.resolve("scope");
            return Files.readString(supply.resolve("type")).strip().equals("Battery")
                    && (!Files.exists(scope) || !Files.readString(scope).strip().equals("Device"));
        } catch (IOException e) {
            return false;
        }
    }

    private static OptionalLong readNumber(Optional<Path> file) {
        if (file.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(Files.readString(file.get()).strip()));
        } catch (IOException | RuntimeException sensorGone) {
            return OptionalLong.empty();
        }
    }

    /** Resident memory of this process, bytes. */
    public double residentBytes() {
        OptionalLong bytes = ResidentMemory.bytes(proc);
        return bytes.isPresent() ? bytes.getAsLong() : Double.NaN;
    }

    /** Temperature of the CPU, or of the first zone there is, in degrees Celsius. */
    public double temperatureCelsius() {
        OptionalLong millis = readNumber(temperature);
        return millis.isPresent() ? millis.getAsLong() / 1000.0 : Double.NaN;
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
