package io.quantfleet.controlplane.console.rollout;

import java.time.Instant;
import java.util.Optional;

/**
 * One move of a rollout.
 *
 * @param actor who; {@code control-plane} where it moved by itself, empty if nobody said
 */
public record HistoryRow(
        Instant at,
        String actor,
        String action,
        Optional<String> fromState,
        Optional<Integer> fromStage,
        Optional<String> fromPhase,
        String toState,
        Optional<Integer> toStage,
        Optional<String> toPhase,
        Optional<String> reason) {
    /** Somebody who did not say who they are did it. */
    public boolean anonymous() {
        return actor.isEmpty();
    }

    /** It left the rollout where it was. */
    public boolean inPlace() {
        return fromState.filter(toState::equals).isPresent() && fromStage.equals(toStage) && fromPhase.equals(toPhase);
    }
}
