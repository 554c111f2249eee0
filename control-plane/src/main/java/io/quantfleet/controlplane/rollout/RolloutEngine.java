package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Ids;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.ReasonCode;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.BiFunction;
import org.jboss.logging.Logger;

/**
 * What people do to rollouts. What happens to one fleet happens one at a time, under the lock of its row; what happens
 * to one rollout, under the lock of its own. {@link RolloutDriver} does what follows by itself.
 */
@Singleton
class RolloutEngine {
    private static final Logger LOG = Logger.getLogger(RolloutEngine.class);

    private final JdbiRollouts rollouts;
    private final JdbiDeployments deployments;
    private final JdbiMembers members;
    private final RolloutPlanner planner;
    private final Ids ids;
    private final Clock clock;

    RolloutEngine(
            JdbiRollouts rollouts,
            JdbiDeployments deployments,
            JdbiMembers members,
            RolloutPlanner planner,
            Ids ids,
            Clock clock) {
        this.rollouts = rollouts;
        this.deployments = deployments;
        this.members = members;
        this.planner = planner;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * What is asked for.
     *
     * @param draft whether it waits to be started
     */
    record Request(String fleet, String model, int version, Strategy strategy, boolean draft) {}

    /** The rollout that was asked for, and whether it is a new one. */
    record Started(UUID id, boolean isNew) {}

    /**
     * Takes a model version to a fleet. Asking again for a version whose rollout is under way gives that one; a rollout
     * of another version that is under way is superseded as soon as this one begins.
     *
     * @throws ControlPlaneException if there is no such fleet or version, the fleet is empty, or a class in it has no
     *     READY variant
     */
    Started create(Tx tx, Request request) {
        ModelVersionId model = planner.lock(tx, request.fleet(), request.model(), request.version());
        Optional<UUID> same = rollouts.lockOpen(tx, request.fleet())
                .filter(open -> open.model().equals(model) && !request.draft())
                .map(JdbiRollouts.Rollout::id);
        if (same.isPresent()) {
            return new Started(same.get(), false);
        }
        planner.check(tx, request.fleet(), model);
        JdbiRollouts.Rollout rollout = new JdbiRollouts.Rollout(
                ids.next(),
                request.fleet(),
                model,
                request.strategy(),
                new RolloutState.Draft(),
                clock.instant(),
                Optional.empty());
        rollouts.insert(tx, rollout);
        LOG.infof("rollout created: rolloutId=%s fleet=%s model=%s", rollout.id(), request.fleet(), model);
        if (!request.draft()) {
            begin(tx, rollout);
        }
        return new Started(rollout.id(), true);
    }

    /** Begins a draft, or one that is scheduled before its time. */
    void start(Tx tx, UUID id) {
        String fleet = rollouts.find(tx, id).orElseThrow(() -> none(id)).fleet();
        planner.lockFleet(tx, fleet);
        begin(tx, require(tx, id));
    }

    /** The fleet's row must be held. What commands the fleet at the time is superseded. */
    void begin(Tx tx, JdbiRollouts.Rollout rollout) {
        planner.check(tx, rollout.fleet(), rollout.model());
        Instant now = clock.instant();
        Strategy strategy = rollout.strategy();
        RolloutState next = rollout.state().start(strategy.startAt(), strategy.stage(0), now);
        if (next instanceof RolloutState.Running) {
            rollouts.lockOpen(tx, rollout.fleet()).ifPresent(older -> {
                deployments.supersede(tx, older.id(), now);
                move(tx, older, older.state().supersededBy(rollout.id()));
            });
        }
        move(tx, rollout, next);
    }

    void approve(Tx tx, UUID id) {
        change(tx, id, (rollout, now) -> rollout.state().approve(now));
    }

    void pause(Tx tx, UUID id, String reason) {
        change(tx, id, (rollout, now) -> rollout.state().pause(reason));
    }

    void resume(Tx tx, UUID id) {
        change(tx, id, (rollout, now) -> rollout.state().resume(now));
    }

    /** Goes on to the next stage whatever the gates say. */
    void promote(Tx tx, UUID id) {
        change(tx, id, (rollout, now) -> rollout.state().promote(rollout.strategy(), now));
    }

    /** Gives every device of the rollout back what it served before. */
    void rollBack(Tx tx, UUID id, String reason) {
        change(tx, id, (rollout, now) -> rollout.state().rollBack(OptionalInt.empty(), reason));
    }

    void abort(Tx tx, UUID id, String reason) {
        change(tx, id, (rollout, now) -> rollout.state().abort(reason));
    }

    /** Lets the devices that failed try again, while the rollout runs or is paused; how many. */
    int retry(Tx tx, UUID id) {
        JdbiRollouts.Rollout rollout = require(tx, id);
        RolloutState state = rollout.state();
        if (!(state instanceof RolloutState.Running) && !(state instanceof RolloutState.Paused)) {
            throw new ControlPlaneException(
                    ReasonCode.ILLEGAL_STATE,
                    "devices of a rollout that is " + state.code() + " can't try again; start a new one");
        }
        return members.retry(tx, id);
    }

    /** Stores a state and says so; nothing if it is the same. */
    void move(Tx tx, JdbiRollouts.Rollout rollout, RolloutState next) {
        if (next.equals(rollout.state())) {
            return;
        }
        rollouts.update(tx, rollout.id(), next, clock.instant());
        LOG.infof(
                "rollout moved: rolloutId=%s fleet=%s model=%s from=%s to=%s",
                rollout.id(), rollout.fleet(), rollout.model(), rollout.state(), next);
    }

    private void change(Tx tx, UUID id, BiFunction<JdbiRollouts.Rollout, Instant, RolloutState> change) {
        JdbiRollouts.Rollout rollout = require(tx, id);
        move(tx, rollout, change.apply(rollout, clock.instant()));
    }

    private JdbiRollouts.Rollout require(Tx tx, UUID id) {
        return rollouts.lock(tx, id).orElseThrow(() -> none(id));
    }

    private static ControlPlaneException none(UUID id) {
        return ControlPlaneException.notFound("rollout '" + id + "'");
    }
}
