package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.Ids;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Starts rollouts and moves them on. What happens to one fleet happens one at a time, under the lock of its row; what
 * happens to one rollout, under the lock of its own.
 */
@Singleton
class RolloutEngine {
    private static final Logger LOG = Logger.getLogger(RolloutEngine.class);

    private final JdbiRollouts rollouts;
    private final JdbiDeployments deployments;
    private final RolloutPlanner planner;
    private final Deployer deployer;
    private final Ids ids;
    private final Clock clock;

    RolloutEngine(
            JdbiRollouts rollouts,
            JdbiDeployments deployments,
            RolloutPlanner planner,
            Deployer deployer,
            Ids ids,
            Clock clock) {
        this.rollouts = rollouts;
        this.deployments = deployments;
        this.planner = planner;
        this.deployer = deployer;
        this.ids = ids;
        this.clock = clock;
    }

    /** The rollout that was asked for, and whether it began now. */
    record Started(UUID id, boolean isNew) {}

    /**
     * Takes a model version to every device of a fleet. Asking again for a version whose rollout is under way gives
     * that one; a rollout of another version that is under way is superseded.
     *
     * @throws io.quantfleet.controlplane.ControlPlaneException if there is no such fleet or version, the fleet is empty,
     *     or a class in it has no READY variant
     */
    Started start(Tx tx, String fleet, String modelName, int version) {
        ModelVersionId model = planner.lock(tx, fleet, modelName, version);
        Optional<JdbiRollouts.Rollout> open = rollouts.lockOpen(tx, fleet);
        if (open.filter(rollout -> rollout.model().equals(model)).isPresent()) {
            return new Started(open.get().id(), false);
        }
        RolloutPlan plan = planner.plan(tx, fleet, model);
        UUID id = ids.next();
        Instant now = clock.instant();
        open.ifPresent(older -> {
            deployments.supersede(tx, older.id(), now);
            move(tx, older, older.state().supersededBy(id));
        });
        rollouts.insert(
                tx, new JdbiRollouts.Rollout(id, fleet, model, new RolloutState.Publishing(), now, Optional.empty()));
        plan.parts().forEach(part -> deployer.deploy(tx, id, model, part, now));
        LOG.infof(
                "rollout started: rolloutId=%s fleet=%s model=%s devices=%d",
                id, fleet, model, plan.parts().size());
        return new Started(id, true);
    }

    /** Counts a rollout's devices again, and moves it on if it is time. */
    void settle(Tx tx, UUID id) {
        rollouts.lock(tx, id).ifPresent(rollout -> {
            RolloutState next = rollout.state().counted(deployments.tally(tx, id));
            if (!next.equals(rollout.state())) {
                move(tx, rollout, next);
            }
        });
    }

    /** Ends what has waited for a device longer than its manifest is good for. */
    void expire(Tx tx) {
        deployments.expire(tx, clock.instant()).forEach(rollout -> settle(tx, rollout));
    }

    private void move(Tx tx, JdbiRollouts.Rollout rollout, RolloutState next) {
        Optional<UUID> by =
                next instanceof RolloutState.Superseded superseded ? Optional.of(superseded.by()) : Optional.empty();
        rollouts.update(tx, rollout.id(), next, by, clock.instant());
        LOG.infof(
                "rollout moved: rolloutId=%s fleet=%s model=%s from=%s to=%s",
                rollout.id(), rollout.fleet(), rollout.model(), rollout.state().code(), next.code());
    }
}
