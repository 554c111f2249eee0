package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.Ids;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.controlplane.trace.Traces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The one place where what was decided of a rollout is stored, kept in its history, and logged. */
@Singleton
class Moves {
    private static final Logger LOG = Logger.getLogger(Moves.class);

    private final JdbiRollouts rollouts;
    private final JdbiRolloutHistory history;
    private final Ids ids;
    private final Clock clock;

    Moves(JdbiRollouts rollouts, JdbiRolloutHistory history, Ids ids, Clock clock) {
        this.rollouts = rollouts;
        this.history = history;
        this.ids = ids;
        this.clock = clock;
    }

    /** A new rollout, a draft as yet. */
    JdbiRollouts.Rollout create(Tx tx, String fleet, ModelVersionId model, Strategy strategy, Cause cause) {
        JdbiRollouts.Rollout rollout = new JdbiRollouts.Rollout(
                ids.next(), fleet, model, strategy, new RolloutState.Draft(), clock.instant(), Optional.empty());
        rollouts.insert(tx, rollout);
        record(tx, rollout, Optional.empty(), rollout.state(), cause);
        LOG.infof("rollout created: rolloutId=%s fleet=%s model=%s by=%s", rollout.id(), fleet, model, cause.by());
        return rollout;
    }

    /** Moves a rollout, whose row must be held, to a state; nothing if it is in it. */
    void move(Tx tx, JdbiRollouts.Rollout rollout, RolloutState next, Cause cause) {
        if (next.equals(rollout.state())) {
            return;
        }
        rollouts.update(tx, rollout.id(), next, clock.instant());
        Traces.current().ifPresent(trace -> rollouts.follows(tx, rollout.id(), trace));
        record(tx, rollout, Optional.of(rollout.state()), next, cause);
        LOG.infof(
                "rollout moved: rolloutId=%s fleet=%s model=%s from=%s to=%s by=%s",
                rollout.id(), rollout.fleet(), rollout.model(), rollout.state(), next, cause.by());
    }

    /** Keeps something that was done to a rollout and left its state as it was. */
    void note(Tx tx, JdbiRollouts.Rollout rollout, Cause cause) {
        record(tx, rollout, Optional.of(rollout.state()), rollout.state(), cause);
    }

    private void record(
            Tx tx, JdbiRollouts.Rollout rollout, Optional<RolloutState> from, RolloutState to, Cause cause) {
        history.add(
                tx,
                rollout.id(),
                new JdbiRolloutHistory.Entry(
                        clock.instant(),
                        cause.by(),
                        cause.action(),
                        from.map(JdbiRolloutHistory.Place::of),
                        JdbiRolloutHistory.Place.of(to),
                        cause.reason().or(() -> to.details().reason())));
    }
}
