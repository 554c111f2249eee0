package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Names;
import java.time.Instant;

/**
 * A strategy by name, for rollouts to come. A rollout takes the strategy as it is when the rollout is created: a policy
 * that changes changes no rollout.
 */
record RolloutPolicy(String name, Strategy strategy, Instant createdAt, Instant updatedAt) {
    RolloutPolicy {
        Names.require("rollout policy", name);
        if (strategy.startAt().isPresent()) {
            throw ControlPlaneException.invalid(
                    "'startAt' belongs to one rollout and not to a policy, which is for many; leave it out");
        }
    }
}
