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
    private final RolloutEngine engine;
    private final Moves moves;
    private final StageRunner stages;
    private final Rollbacks rollbacks;
    private final Clock clock;

    RolloutDriver(
            JdbiRollouts rollouts,
            JdbiDeployments deployments,
            RolloutEngine engine,
            Moves moves,
            StageRunner stages,
            Rollbacks rollbacks,
            Clock clock) {
        this.rollouts = rollouts;
        this.deployments = deployments;
        this.engine = engine;
        this.moves = moves;
        this.stages = stages;
        this.rollbacks = rollbacks;
        this.clock = clock;
    }

    /** The rollouts that may have to move. */
    List<UUID> movable(Tx tx) {
        return rollouts.movable(tx, clock.instant());
    }

    /** One step of one rollout, nothing if somebody else is at it; whether there is more to do at once. */
    boolean step(Tx tx, UUID id) {
        // What begins needs its fleet's row, and rows are always taken in that order: fleet, rollout.
        rollouts.find(tx, id)
                .filter(rollout -> rollout.state() instanceof RolloutState.Scheduled)
                .ifPresent(rollout -> engine.lockFleet(tx, rollout.fleet()));
        return rollouts.lockIfFree(tx, id).filter(rollout -> step(tx, rollout)).isPresent();
    }

    private boolean step(Tx tx, JdbiRollouts.Rollout rollout) {
        RolloutState state = rollout.state();
        if (state instanceof RolloutState.Running running) {
            return stages.step(tx, rollout, running);
        }
        if (state instanceof RolloutState.RollingBack back) {
            return rollbacks.step(tx, rollout, back);
        }
        if (state instanceof RolloutState.Scheduled scheduled && scheduled.isDue(clock.instant())) {
            begin(tx, rollout);
            return true;
        }
        return false;
    }

    // What was fine when it was scheduled may not be any more.
    private void begin(Tx tx, JdbiRollouts.Rollout rollout) {
        try {
            engine.begin(tx, rollout, Cause.itself("begin"));
        } catch (ControlPlaneException e) {
            LOG.warnf("a scheduled rollout can't begin: rolloutId=%s reason=%s", rollout.id(), e.detail());
            moves.move(
                    tx,
                    rollout,
                    rollout.state().abort("it could not begin when its time came: " + e.detail()),
                    Cause.itself("abort"));
        }
    }

    /** The finished rollouts of fleets that devices have joined since. */
    List<UUID> withLatecomers(Tx tx) {
        return rollouts.withLatecomers(tx);
    }

    /** Gives devices that joined a fleet since its rollout finished what the others serve; whether there may be more. */
    boolean takeInLatecomers(Tx tx, UUID id) {
        return rollouts.lockSettledIfFree(tx, id)
                .filter(rollout -> stages.takeInLatecomers(tx, rollout))
                .isPresent();
    }

    /** Ends what has waited for a device longer than its manifest is good for. */
    void expire(Tx tx) {
        deployments.expire(tx, clock.instant());
    }
}
