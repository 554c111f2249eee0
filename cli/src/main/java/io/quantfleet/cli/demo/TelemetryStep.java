package io.quantfleet.cli.demo;

import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.Device;
import io.quantfleet.cli.client.ModelVersion;
import io.quantfleet.cli.stack.Waiting;
import io.quantfleet.cli.terminal.Progress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Waits until every device has told often enough how its variant does. */
final class TelemetryStep {
    /** How many windows are asked of each device. */
    static final int WINDOWS = 3;

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final ControlPlaneClient api;
    private final DemoFleet fleet;

    TelemetryStep(ControlPlaneClient api, DemoFleet fleet) {
        this.api = api;
        this.fleet = fleet;
    }

    /** The devices with their figures. */
    List<Device> perform(Progress.Step step, ModelVersion version) {
        Map<String, String> wanted = fleet.variantsAmong(version).stream()
                .collect(Collectors.toMap(
                        ModelVersion.Variant::deviceClass, variant -> String.valueOf(variant.sha256())));
        return Waiting.until(
                LIMIT,
                () -> {
                    List<Device> devices = devices();
                    step.say(line(devices));
                    return Optional.of(devices)
                            .filter(all -> all.size() == fleet.members().size()
                                    && all.stream().allMatch(device -> hasTold(device, wanted)));
                },
                () -> line(devices()));
    }

    private List<Device> devices() {
        return fleet.membersAmong(api.devices(fleet.name()));
    }

    private static boolean hasTold(Device device, Map<String, String> wanted) {
        return device.state().equals("ACTIVE")
                && String.valueOf(wanted.get(device.deviceClass())).equals(device.activeVariantSha256())
                && device.telemetryWindows() >= WINDOWS
                && device.latencyMs() != null
                && device.accuracy() != null;
    }

    private static String line(List<Device> devices) {
        return devices.stream()
                .map(device -> device.deviceId() + " " + device.telemetryWindows())
                .collect(Collectors.joining(", ", "windows: ", ""));
    }
}
