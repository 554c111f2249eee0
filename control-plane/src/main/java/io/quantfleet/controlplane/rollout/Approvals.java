package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.ReasonCode;
import jakarta.inject.Singleton;
import java.util.Locale;

/**
 * The rule of two persons: who created or started a rollout does not open a stage of it that wants two. There is no
 * login yet, so it goes by what people say they are.
 */
@Singleton
class Approvals {
    private static final String HOW = "; name yourself in 'by' or in the header Quantfleet-Actor";

    private final JdbiRolloutHistory history;

    Approvals(JdbiRolloutHistory history) {
        this.history = history;
    }

    /** Makes sure that who starts a rollout that takes two persons says who they are. */
    void requireName(Strategy strategy, Cause cause) {
        if (strategy.stages().stream().anyMatch(Stage::needsTwoPersons) && !cause.isNamed()) {
            throw ControlPlaneException.invalid("a stage of this rollout takes two persons" + HOW);
        }
    }

    /**
     * Makes sure that this person may approve the stage that waits.
     *
     * @throws ControlPlaneException {@code ILLEGAL_STATE} if it takes two persons and this is the first
     */
    void check(Tx tx, JdbiRollouts.Rollout rollout, Cause cause) {
        boolean two = rollout.state()
                .details()
                .stage()
                .map(rollout.strategy()::stage)
                .filter(Stage::needsTwoPersons)
                .isPresent();
        if (!two) {
            return;
        }
        if (!cause.isNamed()) {
            throw ControlPlaneException.invalid("the stage that waits takes two persons" + HOW);
        }
        if (history.starters(tx, rollout.id()).contains(cause.by().toLowerCase(Locale.ROOT))) {
            throw new ControlPlaneException(
                    ReasonCode.ILLEGAL_STATE,
                    "'" + cause.by() + "' created or started the rollout; somebody else must approve it");
        }
    }
}
