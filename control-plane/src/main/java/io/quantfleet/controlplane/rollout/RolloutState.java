package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.gate.Verdict;
import io.quantfleet.protocols.ReasonCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Where a rollout is. Decides only; {@link RolloutEngine} stores what is decided and acts on it.
 *
 * <pre>
 *  DRAFT ──start──▶ SCHEDULED ──its time──▶ RUNNING, stage by stage:
 *                                             AWAITING_APPROVAL ─▶ OPENING ─▶ SOAKING ─▶ JUDGING ─▶ the next stage
 *  RUNNING ──the last stage's gates open────────────────────────────▶ FINISHED
 *  RUNNING ──a gate fails, or roll back──▶ ROLLING_BACK ──all back──▶ ROLLED_BACK
 *  RUNNING ◀──resume── PAUSED ◀──pause, or a gate fails── RUNNING
 *  PAUSED  ──roll back──▶ ROLLING_BACK
 *  DRAFT, SCHEDULED, RUNNING, PAUSED ──abort──▶ ABORTED              devices stay as they are
 *  all of these and ROLLING_BACK ──a newer rollout to the fleet──▶ SUPERSEDED
 * </pre>
 *
 * FINISHED, ROLLED_BACK, ABORTED and SUPERSEDED are final. A move that a state does not have is refused with
 * {@code ILLEGAL_STATE}.
 */
sealed interface RolloutState {
    /** The stored code: never renamed. */
    String code();

    /** Begins, or waits for {@code at} if that is yet to come. */
    default RolloutState start(Optional<Instant> at, Stage first, Instant now) {
        throw illegal("started");
    }

    /** Opens the stage that waits for it. */
    default RolloutState approve(Instant now) {
        throw illegal("approved");
    }

    default RolloutState pause(String reason) {
        throw illegal("paused");
    }

    default RolloutState resume(Instant now) {
        throw illegal("resumed");
    }

    /** Goes on to the next stage whatever the gates say. */
    default RolloutState promote(Strategy strategy, Instant now) {
        throw illegal("promoted");
    }

    default RolloutState rollBack(OptionalInt onlyStage, String reason) {
        throw illegal("rolled back");
    }

    default RolloutState abort(String reason) {
        throw illegal("aborted");
    }

    default RolloutState supersededBy(UUID newer) {
        return new Superseded(newer);
    }

    default boolean isFinal() {
        return false;
    }

    /** What is kept of it beside its code. */
    default Details details() {
        return Details.NONE;
    }

    private ControlPlaneException illegal(String move) {
        return new ControlPlaneException(ReasonCode.ILLEGAL_STATE, "a rollout that is " + code() + " can't be " + move);
    }

    /**
     * What a state is made of, as it is stored.
     *
     * @param stage the stage that runs, counted from 0; for ROLLING_BACK the only one that goes back
     * @param phase of that stage
     * @param since when the phase began; for SCHEDULED, when it is to begin
     * @param reason why it is so
     * @param supersededBy the newer rollout
     */
    record Details(
            Optional<Integer> stage,
            Optional<Phase> phase,
            Optional<Instant> since,
            Optional<String> reason,
            Optional<UUID> supersededBy) {
        static final Details NONE =
                new Details(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        private static Details reason(String reason) {
            return new Details(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(reason), Optional.empty());
        }
    }

    /** What a stage does at the moment. Stored codes: never renamed. */
    @Schema(name = "StagePhase")
    enum Phase {
        /** It waits for somebody's approval before it opens. */
        AWAITING_APPROVAL,
        /** Its devices get their manifests and install. */
        OPENING,
        /** Its devices are done and are watched. */
        SOAKING,
        /** It is time for the next stage as soon as the gates open. */
        JUDGING
    }

    /**
     * How the devices of a stage fare.
     *
     * @param waiting have no manifest yet
     * @param underway have a manifest and no end
     * @param enough whether so many serve the variant that nobody waits for the rest
     */
    record Progress(int waiting, int underway, boolean enough) {
        boolean isDone() {
            return waiting == 0 && (underway == 0 || enough);
        }
    }

    /** Nothing happens until it is started. */
    record Draft() implements RolloutState {
        @Override
        public String code() {
            return "DRAFT";
        }

        @Override
        public RolloutState start(Optional<Instant> at, Stage first, Instant now) {
            return at.filter(now::isBefore)
                    .<RolloutState>map(Scheduled::new)
                    .orElseGet(() -> Running.beforeStage(0, first, now));
        }

        @Override
        public RolloutState abort(String reason) {
            return new Aborted(reason);
        }
    }

    /** It begins when its time comes. */
    record Scheduled(Instant at) implements RolloutState {
        @Override
        public String code() {
            return "SCHEDULED";
        }

        @Override
        public RolloutState start(Optional<Instant> ignored, Stage first, Instant now) {
            return Running.beforeStage(0, first, now);
        }

        boolean isDue(Instant now) {
            return !now.isBefore(at);
        }

        @Override
        public RolloutState abort(String reason) {
            return new Aborted(reason);
        }

        @Override
        public Details details() {
            return new Details(Optional.empty(), Optional.empty(), Optional.of(at), Optional.empty(), Optional.empty());
        }
    }

    /** A stage is at it. */
    record Running(int stage, Phase phase, Instant since) implements RolloutState {
        @Override
        public String code() {
            return "RUNNING";
        }

        private static Running beforeStage(int index, Stage stage, Instant now) {
            return new Running(index, stage.needsApproval() ? Phase.AWAITING_APPROVAL : Phase.OPENING, now);
        }

        /**
         * The state after the stage's devices were counted and its gates asked.
         *
         * @param verdict of the gates together
         * @param evidence of the gates that fail
         */
        RolloutState judged(Strategy strategy, Progress progress, Verdict verdict, String evidence, Instant now) {
            if (phase == Phase.AWAITING_APPROVAL) {
                return this;
            }
            if (verdict == Verdict.FAIL) {
                return failed(strategy.failure(), evidence);
            }
            return switch (phase) {
                case OPENING -> progress.isDone() ? in(Phase.SOAKING, now) : this;
                case SOAKING -> soaked(strategy, now) ? in(Phase.JUDGING, now) : this;
                default -> verdict == Verdict.OPEN ? next(strategy, now) : this;
            };
        }

        private RolloutState failed(Strategy.OnFailure consequence, String evidence) {
            return switch (consequence) {
                case PAUSE -> pause(evidence);
                case ROLL_BACK_STAGE -> new RollingBack(OptionalInt.of(stage), evidence);
                case ROLL_BACK_ALL -> new RollingBack(OptionalInt.empty(), evidence);
            };
        }

        private boolean soaked(Strategy strategy, Instant now) {
            Duration soak = strategy.stage(stage).soak().orElse(Duration.ZERO);
            return !now.isBefore(since.plus(soak));
        }

        private Running in(Phase next, Instant now) {
            return new Running(stage, next, now);
        }

        private RolloutState next(Strategy strategy, Instant now) {
            return strategy.isLast(stage) ? new Finished() : beforeStage(stage + 1, strategy.stage(stage + 1), now);
        }

        @Override
        public RolloutState approve(Instant now) {
            if (phase != Phase.AWAITING_APPROVAL) {
                throw new ControlPlaneException(
                        ReasonCode.ILLEGAL_STATE, "no stage of the rollout waits for an approval; it is " + phase);
            }
            return in(Phase.OPENING, now);
        }

        /** A stage that waits for an approval has gates to skip only when it was approved. */
        @Override
        public RolloutState promote(Strategy strategy, Instant now) {
            if (phase == Phase.AWAITING_APPROVAL) {
                throw new ControlPlaneException(
                        ReasonCode.ILLEGAL_STATE,
                        "the stage '" + strategy.stage(stage).name()
                                + "' of the rollout waits for an approval; approve it instead");
            }
            return next(strategy, now);
        }

        @Override
        public RolloutState pause(String reason) {
            return new Paused(this, reason);
        }

        @Override
        public RolloutState rollBack(OptionalInt onlyStage, String reason) {
            return new RollingBack(onlyStage, reason);
        }

        @Override
        public RolloutState abort(String reason) {
            return new Aborted(reason);
        }

        @Override
        public Details details() {
            return new Details(
                    Optional.of(stage), Optional.of(phase), Optional.of(since), Optional.empty(), Optional.empty());
        }
    }

    /** No further device is asked to do anything; those that were go on. */
    record Paused(Running at, String reason) implements RolloutState {
        @Override
        public String code() {
            return "PAUSED";
        }

        /** Watching begins anew, for nobody looked meanwhile. */
        @Override
        public RolloutState resume(Instant now) {
            return new Running(at.stage(), at.phase(), now);
        }

        @Override
        public RolloutState promote(Strategy strategy, Instant now) {
            return at.promote(strategy, now);
        }

        @Override
        public RolloutState rollBack(OptionalInt onlyStage, String why) {
            return new RollingBack(onlyStage, why);
        }

        @Override
        public RolloutState abort(String why) {
            return new Aborted(why);
        }

        @Override
        public Details details() {
            return new Details(
                    Optional.of(at.stage()),
                    Optional.of(at.phase()),
                    Optional.of(at.since()),
                    Optional.of(reason),
                    Optional.empty());
        }
    }

    /** Devices get back what they served before: those of one stage, or all. */
    record RollingBack(OptionalInt onlyStage, String reason) implements RolloutState {
        @Override
        public String code() {
            return "ROLLING_BACK";
        }

        /** The state after those that go back were counted, and none of them failed. */
        RolloutState counted(Progress progress) {
            return counted(progress, 0);
        }

        /**
         * The state after those that go back were counted.
         *
         * @param failed how many of them won't be asked again, for they failed too often
         */
        RolloutState counted(Progress progress, int failed) {
            if (!progress.isDone()) {
                return this;
            }
            return new RolledBack(
                    failed == 0
                            ? reason
                            : reason + "; " + failed + (failed == 1 ? " device" : " devices")
                                    + " could not be taken back");
        }

        @Override
        public Details details() {
            return new Details(
                    onlyStage.isPresent() ? Optional.of(onlyStage.getAsInt()) : Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(reason),
                    Optional.empty());
        }
    }

    /** What every end has in common. */
    sealed interface Final extends RolloutState {
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

    /** Every stage's gates opened. */
    record Finished() implements Final {
        @Override
        public String code() {
            return "FINISHED";
        }
    }

    /** The devices serve what they served before. */
    record RolledBack(String reason) implements Final {
        @Override
        public String code() {
            return "ROLLED_BACK";
        }

        @Override
        public Details details() {
            return Details.reason(reason);
        }
    }

    /** Somebody ended it; devices stay as they are. */
    record Aborted(String reason) implements Final {
        @Override
        public String code() {
            return "ABORTED";
        }

        @Override
        public Details details() {
            return Details.reason(reason);
        }
    }

    /** A newer rollout to the fleet took over. */
    record Superseded(UUID by) implements Final {
        @Override
        public String code() {
            return "SUPERSEDED";
        }

        @Override
        public Details details() {
            return new Details(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(by));
        }
    }

    /** Reads the stored form. */
    static RolloutState of(String code, Details details) {
        return switch (code) {
            case "DRAFT" -> new Draft();
            case "SCHEDULED" -> new Scheduled(details.since().orElseThrow());
            case "RUNNING" -> running(details);
            case "PAUSED" -> new Paused(running(details), details.reason().orElseThrow());
            case "ROLLING_BACK" ->
                new RollingBack(
                        details.stage().map(OptionalInt::of).orElse(OptionalInt.empty()),
                        details.reason().orElseThrow());
            case "FINISHED" -> new Finished();
            case "ROLLED_BACK" -> new RolledBack(details.reason().orElseThrow());
            case "ABORTED" -> new Aborted(details.reason().orElseThrow());
            case "SUPERSEDED" -> new Superseded(details.supersededBy().orElseThrow());
            default -> throw new IllegalStateException("the database holds a rollout in the unknown state " + code);
        };
    }

    private static Running running(Details details) {
        return new Running(
                details.stage().orElseThrow(),
                details.phase().orElseThrow(),
                details.since().orElseThrow());
    }
}
