package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
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

/**
 * What people do to rollouts. What happens to one fleet happens one at a time, under the lock of its row; what happens
 * to one rollout, under the lock of its own. {@link RolloutDriver} does what follows by itself.
 */
@Singleton
class RolloutEngine {
    private final JdbiRollouts rollouts;
    private final JdbiDeployments deployments;
    private final JdbiMembers members;
    private final RolloutPlanner planner;
    private final Approvals approvals;
    private final Moves moves;
    private final Clock clock;

    RolloutEngine(
            JdbiRollouts rollouts,
            JdbiDeployments deployments,
            JdbiMembers members,
            RolloutPlanner planner,
            Approvals approvals,
            Moves moves,
            Clock clock) {
        this.rollouts = rollouts;
        this.deployments = deployments;
        this.members = members;
        this.planner = planner;
        this.approvals = approvals;
        this.moves = moves;
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
     * @throws ControlPlaneException if there is no such fleet or version, the fleet is empty, a class in it has no
     *     READY variant, or a stage selects none of its devices
     */
    Started create(Tx tx, Request request, Cause cause) {
        ModelVersionId model = planner.lock(tx, request.fleet(), request.model(), request.version());
        Optional<UUID> same = rollouts.lockOpen(tx, request.fleet())
                .filter(open -> open.model().equals(model) && !request.draft())
                .map(JdbiRollouts.Rollout::id);
        if (same.isPresent()) {
            return new Started(same.get(), false);
        }
        planner.check(tx, request.fleet(), model, request.strategy());
        approvals.requireName(request.strategy(), cause);
        JdbiRollouts.Rollout rollout = moves.create(tx, request.fleet(), model, request.strategy(), cause);
        if (!request.draft()) {
            begin(tx, rollout, new Cause(cause.by(), "start", Optional.empty()));
        }
        return new Started(rollout.id(), true);
    }

    /** Begins a draft, or one that is scheduled before its time. */
    void start(Tx tx, UUID id, Cause cause) {
        String fleet = rollouts.find(tx, id).orElseThrow(() -> none(id)).fleet();
        planner.lockFleet(tx, fleet);
        JdbiRollouts.Rollout rollout = require(tx, id);
        approvals.requireName(rollout.strategy(), cause);
        begin(tx, rollout, cause);
    }

    /** Holds the rollout's row until the transaction ends. */
    void lock(Tx tx, UUID id) {
        require(tx, id);
    }

    /** Holds the fleet's row until the transaction ends. */
    void lockFleet(Tx tx, String fleet) {
        planner.lockFleet(tx, fleet);
    }

    /** The fleet's row must be held. What commands the fleet at the time is superseded. */
    void begin(Tx tx, JdbiRollouts.Rollout rollout, Cause cause) {
        planner.check(tx, rollout.fleet(), rollout.model(), rollout.strategy());
        Instant now = clock.instant();
        Strategy strategy = rollout.strategy();
        RolloutState next = rollout.state().start(strategy.startAt(), strategy.stage(0), now);
        if (next instanceof RolloutState.Running) {
            rollouts.lockOpen(tx, rollout.fleet()).ifPresent(older -> {
                deployments.supersede(tx, older.id(), now);
                moves.move(
                        tx,
                        older,
                        older.state().supersededBy(rollout.id()),
                        new Cause(cause.by(), "supersede", Optional.empty()));
            });
            planner.settle(tx, rollout.id());
        }
        moves.move(tx, rollout, next, cause);
    }

    void approve(Tx tx, UUID id, Cause cause) {
        change(tx, id, cause, (rollout, now) -> {
            RolloutState next = rollout.state().approve(now);
            approvals.check(tx, rollout, cause);
            return next;
        });
    }

    void pause(Tx tx, UUID id, Cause cause) {
        change(tx, id, cause, (rollout, now) -> rollout.state().pause(cause.why()));
    }

    void resume(Tx tx, UUID id, Cause cause) {
        change(tx, id, cause, (rollout, now) -> rollout.state().resume(now));
    }

    /** Goes on to the next stage whatever the gates say. */
    void promote(Tx tx, UUID id, Cause cause) {
        change(tx, id, cause, (rollout, now) -> rollout.state().promote(rollout.strategy(), now));
    }

    /** Gives every device of the rollout back what it served before. */
    void rollBack(Tx tx, UUID id, Cause cause) {
        change(tx, id, cause, (rollout, now) -> rollout.state().rollBack(OptionalInt.empty(), cause.why()));
    }

    /** Devices stay as they are: those that were asked and have not begun are not asked any more. */
    void abort(Tx tx, UUID id, Cause cause) {
        change(tx, id, cause, (rollout, now) -> {
            RolloutState next = rollout.state().abort(cause.why());
            deployments.endUnheard(tx, id, now);
            return next;
        });
    }

    /** Lets the devices that failed try again, while the rollout runs or is paused. */
    void retry(Tx tx, UUID id, Cause cause) {
        JdbiRollouts.Rollout rollout = require(tx, id);
        RolloutState state = rollout.state();
        if (!(state instanceof RolloutState.Running) && !(state instanceof RolloutState.Paused)) {
            throw new ControlPlaneException(
                    ReasonCode.ILLEGAL_STATE,
                    "devices of a rollout that is " + state.code() + " can't try again; start a new one");
        }
        int devices = members.retry(tx, id);
        moves.note(tx, rollout, cause.because(devices + (devices == 1 ? " device tries" : " devices try") + " again"));
    }

    private void change(Tx tx, UUID id, Cause cause, BiFunction<JdbiRollouts.Rollout, Instant, RolloutState> change) {
        JdbiRollouts.Rollout rollout = require(tx, id);
        moves.move(tx, rollout, change.apply(rollout, clock.instant()), cause);
    }

    private JdbiRollouts.Rollout require(Tx tx, UUID id) {
        return rollouts.lock(tx, id).orElseThrow(() -> none(id));
    }

    private static ControlPlaneException none(UUID id) {
        return ControlPlaneException.notFound("rollout '" + id + "'");
    }
}
