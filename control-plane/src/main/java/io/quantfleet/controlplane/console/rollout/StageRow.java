package io.quantfleet.controlplane.console.rollout;

import io.quantfleet.controlplane.console.frame.StateBar;
import io.quantfleet.controlplane.console.frame.StateCount;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One stage of a rollout.
 *
 * @param takes which devices, in words
 * @param soak how long it is watched, as an ISO duration
 * @param gated whether it has gates
 * @param openedAt empty while it waits for those before it
 */
public record StageRow(
        int stage,
        String name,
        String takes,
        Optional<String> soak,
        boolean approval,
        boolean gated,
        Optional<Instant> openedAt,
        Optional<String> verdict,
        long devices,
        long active,
        long updating,
        long pending,
        long failed) {
    public StateBar bar() {
        return StateBar.of(List.of(
                new StateCount("ACTIVE", active),
                new StateCount("UPDATING", updating),
                new StateCount("PENDING", pending),
                new StateCount("FAILED", failed)));
    }
}
