package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Moves rollouts on by themselves, a step at a time. Every step may be repeated, and several control planes may do it at
 * once: a rollout belongs to whoever holds its row.
 */
@Singleton
class RolloutDriver {
    private static final Logger LOG = Logger.getLogger(RolloutDriver.class);

    private final JdbiRollouts rollouts;
    private final JdbiDeployments deployments;
    private final RolloutPlanner planner;
    private final RolloutEngine engine;
    private final StageRunner stages;
    private final Rollbacks rollbacks;
    private final Clock clock;

    RolloutDriver(
            JdbiRollouts rollouts,
            JdbiDeployments deployments,
            RolloutPlanner planner,
            RolloutEngine engine,
            StageRunner stages,
            Rollbacks rollbacks,
            Clock clock) {
        this.rollouts = rollouts;
        this.deployments = deployments;
        this.planner = planner;
        this.engine = engine;
        this.stages = stages;
        this.rollbacks = rollbacks;
        this.clock = clock;
    }

    /** The rollouts that may have to move. */
    List<UUID> movable(Tx tx) {
        return rollouts.movable(tx, clock.instant());
    }

    /** One step of one rollout; nothing if somebody else is at it. */
    void step(Tx tx, UUID id) {
        // What begins needs its fleet's row, and rows are always taken in that order: fleet, rollout.
        rollouts.find(tx, id)
                .filter(rollout -> rollout.state() instanceof RolloutState.Scheduled)
                .ifPresent(rollout -> planner.lockFleet(tx, rollout.fleet()));
        rollouts.lockIfFree(tx, id).ifPresent(rollout -> {
            RolloutState state = rollout.state();
            if (state instanceof RolloutState.Running running) {
                stages.step(tx, rollout, running);
            } else if (state instanceof RolloutState.RollingBack back) {
                rollbacks.step(tx, rollout, back);
            } else if (state instanceof RolloutState.Scheduled scheduled && scheduled.isDue(clock.instant())) {
                begin(tx, rollout);
            }
        });
    }

    // What was fine when it was scheduled may not be any more.
    private void begin(Tx tx, JdbiRollouts.Rollout rollout) {
        try {
            engine.begin(tx, rollout);
        } catch (ControlPlaneException e) {
            LOG.warnf("a scheduled rollout can't begin: rolloutId=%s reason=%s", rollout.id(), e.detail());
            engine.move(tx, rollout, rollout.state().abort("it could not begin when its time came: " + e.detail()));
        }
    }

    /** Gives devices that joined a fleet since its rollout finished what the others serve. */
    void takeInLatecomers(Tx tx) {
        rollouts.withLatecomers(tx).forEach(rollout -> stages.takeInLatecomers(tx, rollout));
    }

    /** Ends what has waited for a device longer than its manifest is good for. */
    void expire(Tx tx) {
        deployments.expire(tx, clock.instant());
    }
}
