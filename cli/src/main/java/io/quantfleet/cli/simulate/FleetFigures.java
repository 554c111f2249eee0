package io.quantfleet.cli.simulate;

import io.quantfleet.cli.simulate.DeviceTally.Standing;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a simulated fleet did.
 *
 * @param connected devices that are connected now
 * @param states how many devices last reported which state of a deployment; devices that reported none are left out
 * @param reasons how many devices last reported which reason code, of those that refused or reverted
 * @param bytesDelivered of chunks that came, repetitions included
 * @param duplicates deployments that a device installed, or ended, more than once
 * @param windows of telemetry that the broker took
 */
public record FleetFigures(
        int devices,
        int connected,
        Map<String, Integer> states,
        Map<String, Integer> reasons,
        long bytesDelivered,
        long chunksDelivered,
        int duplicates,
        long windows,
        int crashes,
        int connectionsCut) {
    public FleetFigures {
        states = Map.copyOf(states);
        reasons = Map.copyOf(reasons);
    }

    static FleetFigures of(List<SimulatedDevice> devices) {
        Map<String, Integer> states = new TreeMap<>();
        Map<String, Integer> reasons = new TreeMap<>();
        int connected = 0;
        long bytes = 0;
        long chunks = 0;
        int duplicates = 0;
        long windows = 0;
        int crashes = 0;
        int cuts = 0;
        for (SimulatedDevice device : devices) {
            DeviceTally tally = device.tally();
            tally.last().map(Standing::state).ifPresent(state -> states.merge(state, 1, Integer::sum));
            tally.last()
                    .map(Standing::reasonCode)
                    .filter(code -> !code.isEmpty())
                    .ifPresent(code -> reasons.merge(code, 1, Integer::sum));
            connected += tally.isConnected() ? 1 : 0;
            bytes += tally.chunkBytes();
            chunks += tally.chunks();
            duplicates += tally.duplicates();
            windows += tally.windows();
            crashes += tally.crashes();
            cuts += tally.cuts();
        }
        return new FleetFigures(
                devices.size(), connected, states, reasons, bytes, chunks, duplicates, windows, crashes, cuts);
    }

    /** How many devices last reported this state. */
    public int in(String state) {
        return states.getOrDefault(state, 0);
    }
}
