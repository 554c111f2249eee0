package io.quantfleet.controlplane.maintenance;

import io.quantfleet.controlplane.ControlPlaneException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * When the devices of a fleet may be asked to install: while one of the windows is open; at any time if there is none.
 *
 * @param rollbackAnytime whether devices may be asked to go back outside of the windows too
 */
public record MaintenanceWindows(List<MaintenanceWindow> windows, boolean rollbackAnytime) {
    private static final int MAX = 50;

    /** No restriction. */
    public static final MaintenanceWindows ALWAYS = new MaintenanceWindows(List.of(), false);

    public MaintenanceWindows {
        windows = List.copyOf(windows);
        if (windows.size() > MAX) {
            throw ControlPlaneException.invalid(
                    "a fleet has at most " + MAX + " maintenance windows, not " + windows.size());
        }
    }

    /** Whether devices may be asked to install. */
    public boolean isOpen(Instant at) {
        return windows.isEmpty() || closes(at).isPresent();
    }

    /** When what is open closes, if nothing else opens until then; empty if none is open or there are none. */
    public Optional<Instant> closes(Instant at) {
        return windows.stream().flatMap(window -> window.closes(at).stream()).max(Comparator.naturalOrder());
    }

    /** When the next one opens. */
    public Optional<Instant> nextOpening(Instant at) {
        return windows.stream()
                .flatMap(window -> window.nextOpening(at).stream())
                .min(Comparator.naturalOrder());
    }
}
