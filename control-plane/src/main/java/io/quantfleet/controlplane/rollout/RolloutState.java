package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.ReasonCode;
import java.util.UUID;

/**
 * Where a rollout is. Decides only; {@link RolloutEngine} stores what is decided.
 *
 * <pre>
 *               every manifest is on the broker         every device serves the variant
 *  PUBLISHING ───────────────────────────────▶ ROLLING ───────────────────────────────▶ SUCCEEDED
 *      │                                         │ │
 *      │                                         │ │  every device is done, some without the variant
 *      │         a newer rollout to the fleet    │ └──────────────────────────────────▶ FAILED
 *      └──────────────────┬──────────────────────┘
 *                         ▼
 *                     SUPERSEDED
 * </pre>
 *
 * SUCCEEDED, FAILED and SUPERSEDED are final. A device that is away holds a rollout in ROLLING until it returns or its
 * manifest expires.
 */
sealed interface RolloutState {
    /** The stored code: never renamed. */
    String code();

    /** The state after the devices' progress was counted again. */
    RolloutState counted(Tally tally);

    /** The state after a newer rollout to the same fleet began. */
    RolloutState supersededBy(UUID newer);

    default boolean isFinal() {
        return false;
    }

    /**
     * How many devices of a rollout are where.
     *
     * @param unpublished their manifest is not on the broker yet
     * @param underway have a manifest and no end
     * @param active serve the variant
     * @param failed ended without it
     */
    record Tally(int unpublished, int underway, int active, int failed) {}

    /** Manifests are being put on the broker. */
    record Publishing() implements RolloutState {
        @Override
        public String code() {
            return "PUBLISHING";
        }

        @Override
        public RolloutState counted(Tally tally) {
            return tally.unpublished() > 0 ? this : new Rolling().counted(tally);
        }

        @Override
        public RolloutState supersededBy(UUID newer) {
            return new Superseded(newer);
        }
    }

    /** The devices are at it. */
    record Rolling() implements RolloutState {
        @Override
        public String code() {
            return "ROLLING";
        }

        @Override
        public RolloutState counted(Tally tally) {
            if (tally.unpublished() + tally.underway() > 0) {
                return this;
            }
            return tally.failed() == 0 ? new Succeeded() : new Failed();
        }

        @Override
        public RolloutState supersededBy(UUID newer) {
            return new Superseded(newer);
        }
    }

    /** Every device serves the variant. */
    record Succeeded() implements Final {
        @Override
        public String code() {
            return "SUCCEEDED";
        }
    }

    /** Every device is done, and at least one does not serve the variant. */
    record Failed() implements Final {
        @Override
        public String code() {
            return "FAILED";
        }
    }

    /** A newer rollout took over. */
    record Superseded(UUID by) implements Final {
        @Override
        public String code() {
            return "SUPERSEDED";
        }
    }

    /** What all ends have in common: counting changes nothing, and nothing can follow. */
    sealed interface Final extends RolloutState {
        @Override
        default RolloutState counted(Tally tally) {
            return this;
        }

        @Override
        default RolloutState supersededBy(UUID newer) {
            throw new ControlPlaneException(
                    ReasonCode.ILLEGAL_STATE, "a rollout that is " + code() + " can't be superseded by " + newer);
        }

        @Override
        default boolean isFinal() {
            return true;
        }
    }

    /** Reads the stored form. */
    static RolloutState of(String code, java.util.Optional<UUID> supersededBy) {
        return switch (code) {
            case "PUBLISHING" -> new Publishing();
            case "ROLLING" -> new Rolling();
            case "SUCCEEDED" -> new Succeeded();
            case "FAILED" -> new Failed();
            case "SUPERSEDED" -> new Superseded(supersededBy.orElseThrow());
            default -> throw new IllegalStateException("the database holds a rollout in the unknown state " + code);
        };
    }
}
