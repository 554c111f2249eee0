package io.quantfleet.controlplane.console.fleet;

import io.quantfleet.controlplane.console.frame.StateBar;
import io.quantfleet.controlplane.console.frame.StateCount;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A fleet at a glance: its devices by condition.
 *
 * @param query of a fleet by query
 * @param serving what its devices run, as "model v3", the most frequent first
 */
public record FleetRow(
        String name,
        String description,
        Optional<String> query,
        Instant createdAt,
        long devices,
        long active,
        long updating,
        long idle,
        long offline,
        long failed,
        Optional<String> serving) {
    public StateBar bar() {
        return StateBar.of(List.of(
                new StateCount("ACTIVE", active),
                new StateCount("UPDATING", updating),
                new StateCount("IDLE", idle),
                new StateCount("OFFLINE", offline),
                new StateCount("FAILED", failed)));
    }
}
