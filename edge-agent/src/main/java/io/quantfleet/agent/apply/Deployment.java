package io.quantfleet.agent.apply;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.DeltaUse;
import io.quantfleet.protocols.v1.DeviceState;
import io.quantfleet.protocols.v1.SelfTest;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * How the desired state that the device accepted last fares.
 *
 * <pre>
 *           accept           fetched            verified              passed            switched
 *  at rest ────────▶ Fetching ──────▶ Verifying ───────▶ SelfTesting ───────▶ Switching ────────▶ Active
 *                    │ ▲  ▲│refuse     │ refuse           │ failSelfTest       │ failSwitch
 *                    └─┘  │▼           ▼                  ▼                    ▼
 *           received, uses│Refused    Refused            Reverted             Reverted
 *                         │
 *                         ├── restart: from whatever was under way when the agent was killed
 *                         └── reinstall: from Active or Lost, when the variant does not serve after a start
 *
 *  Active ── crash ──▶ Lost, when the variant keeps taking the agent down
 * </pre>
 *
 * At rest are Idle, Active, Refused, Reverted and Lost. Active, Refused and Reverted end a deployment, once. What becomes of the
 * variant after it was Active is no other end: the attempt is {@code afterActive} from then on, through a reinstallation too,
 * and instead of Refused and Reverted that one fails in Lost. Every change goes through
 * {@link #change}, which tells the observer before the new state counts: if the observer can't store it, nothing has
 * changed. A desired state that is not accepted never gets here. For one thread.
 */
final class Deployment {
    /**
     * What is being deployed, and how much of it came over the network so far.
     *
     * @param delta what became of the delta that the manifest offers; empty while whole chunks do
     * @param afterActive whether the deployment had ended in Active already
     */
    record Attempt(
            String deploymentId,
            long sequence,
            long totalBytes,
            long fetchedBytes,
            Optional<DeltaUse> delta,
            boolean afterActive) {
        Attempt {
            if (deploymentId.isEmpty()) {
                throw new IllegalArgumentException("a deployment without an id");
            }
        }

        private Attempt plus(long bytes) {
            return new Attempt(deploymentId, sequence, totalBytes, fetchedBytes + bytes, delta, afterActive);
        }

        private Attempt with(DeltaUse use) {
            return new Attempt(deploymentId, sequence, totalBytes, fetchedBytes, Optional.of(use), afterActive);
        }

        private Attempt ended() {
            return new Attempt(deploymentId, sequence, totalBytes, fetchedBytes, delta, true);
        }
    }

    /** Why a deployment ended badly. */
    record Failure(ReasonCode code, String reason) {}

    /** A state; what it holds is what a report of it says. */
    sealed interface State {
        DeviceState code();

        /** Empty for Idle alone. */
        Optional<Attempt> deployment();

        default Optional<SelfTest> selfTest() {
            return Optional.empty();
        }

        default Optional<Failure> failure() {
            return Optional.empty();
        }
    }

    /** A state from which a deployment can begin. */
    sealed interface AtRest extends State {
        default Fetching accept(Attempt next) {
            return new Fetching(next);
        }
    }

    /** A state after which the variant may be put in place once more. */
    sealed interface Reinstallable extends AtRest {
        Fetching reinstall();
    }

    /** A state that a deployment passes through. */
    sealed interface UnderWay extends State {
        Attempt attempt();

        @Override
        default Optional<Attempt> deployment() {
            return Optional.of(attempt());
        }

        default Fetching restart() {
            return new Fetching(attempt());
        }

        /** The end of an attempt whose variant failed on this device. */
        default AtRest failed(Failure why, Optional<SelfTest> result) {
            return attempt().afterActive() ? new Lost(attempt(), result, why) : new Reverted(attempt(), result, why);
        }
    }

    /** A state in which nothing that serves has been touched. */
    sealed interface Refusable extends UnderWay {
        default AtRest refuse(Failure why) {
            return attempt().afterActive() ? new Lost(attempt(), Optional.empty(), why) : new Refused(attempt(), why);
        }
    }

    /** No desired state was ever accepted. */
    record Idle() implements AtRest {
        @Override
        public DeviceState code() {
            return DeviceState.DEVICE_STATE_IDLE;
        }

        @Override
        public Optional<Attempt> deployment() {
            return Optional.empty();
        }
    }

    /** The chunks that the device lacks are coming. */
    record Fetching(@Override Attempt attempt) implements Refusable {
        @Override
        public DeviceState code() {
            return DeviceState.DEVICE_STATE_FETCHING;
        }

        Fetching received(long bytes) {
            return new Fetching(attempt.plus(bytes));
        }

        Fetching uses(DeltaUse delta) {
            return new Fetching(attempt.with(delta));
        }

        Verifying fetched() {
            return new Verifying(attempt);
        }
    }

    /** The artifacts are put together from their chunks, each of which has been hashed. */
    record Verifying(@Override Attempt attempt) implements Refusable {
        @Override
        public DeviceState code() {
            return DeviceState.DEVICE_STATE_VERIFYING;
        }

        SelfTesting verified() {
            return new SelfTesting(attempt);
        }
    }

    /** The variant is loaded and runs its probe set, beside the model that serves. */
    record SelfTesting(@Override Attempt attempt) implements UnderWay {
        @Override
        public DeviceState code() {
            return DeviceState.DEVICE_STATE_SELF_TESTING;
        }

        Switching passed(SelfTest result) {
            return new Switching(attempt, result);
        }
    }

    /** The variant becomes the one that serves. */
    record Switching(@Override Attempt attempt, SelfTest result) implements UnderWay {
        @Override
        public DeviceState code() {
            return DeviceState.DEVICE_STATE_SWITCHING;
        }

        @Override
        public Optional<SelfTest> selfTest() {
            return Optional.of(result);
        }

        Active switched() {
            return new Active(attempt, result);
        }
    }

    /** The variant serves. */
    record Active(Attempt attempt, SelfTest result) implements Reinstallable {
        @Override
        public DeviceState code() {
            return DeviceState.DEVICE_STATE_ACTIVE;
        }

        @Override
        public Optional<Attempt> deployment() {
            return Optional.of(attempt);
        }

        @Override
        public Optional<SelfTest> selfTest() {
            return Optional.of(result);
        }

        @Override
        public Fetching reinstall() {
            return new Fetching(attempt.ended());
        }

        Lost crash(Failure why) {
            return new Lost(attempt.ended(), Optional.of(result), why);
        }
    }

    /** The deployment was given up before anything that serves was touched. */
    record Refused(Attempt attempt, Failure why) implements AtRest {
        @Override
        public DeviceState code() {
            return DeviceState.DEVICE_STATE_REFUSED;
        }

        @Override
        public Optional<Attempt> deployment() {
            return Optional.of(attempt);
        }

        @Override
        public Optional<Failure> failure() {
            return Optional.of(why);
        }
    }

    /** The variant failed on this device; what served before serves on. */
    record Reverted(Attempt attempt, @Override Optional<SelfTest> selfTest, Failure why) implements AtRest {
        @Override
        public DeviceState code() {
            return DeviceState.DEVICE_STATE_REVERTED;
        }

        @Override
        public Optional<Attempt> deployment() {
            return Optional.of(attempt);
        }

        @Override
        public Optional<Failure> failure() {
            return Optional.of(why);
        }
    }

    /** The variant was Active and does not serve any more; what served before does, if anything. */
    record Lost(Attempt attempt, @Override Optional<SelfTest> selfTest, Failure why) implements Reinstallable {
        /** What would take the agent down, or fail, again. */
        private static final Set<ReasonCode> FOR_GOOD = EnumSet.of(
                ReasonCode.MODEL_CRASHED,
                ReasonCode.SELF_TEST_FAILED,
                ReasonCode.MEMORY_EXCEEDED,
                ReasonCode.SUPERSEDED);

        @Override
        public DeviceState code() {
            return DeviceState.DEVICE_STATE_REVERTED;
        }

        @Override
        public Optional<Attempt> deployment() {
            return Optional.of(attempt);
        }

        @Override
        public Optional<Failure> failure() {
            return Optional.of(why);
        }

        @Override
        public Fetching reinstall() {
            return new Fetching(attempt);
        }

        boolean isForGood() {
            return FOR_GOOD.contains(why.code());
        }
    }

    /** Stores, logs and publishes a change; throws if it can't be stored. */
    interface Observer {
        void changed(State from, State to);
    }

    private final Observer observer;
    private State state;

    Deployment(State restored, Observer observer) {
        this.state = restored;
        this.observer = observer;
    }

    State state() {
        return state;
    }

    void accept(Attempt attempt) {
        change("accept", AtRest.class, from -> from.accept(attempt));
    }

    void restart() {
        change("restart", UnderWay.class, UnderWay::restart);
    }

    void reinstall() {
        change("reinstall", Reinstallable.class, Reinstallable::reinstall);
    }

    void crash(Failure why) {
        change("crash", Active.class, from -> from.crash(why));
    }

    void received(long bytes) {
        change("received", Fetching.class, from -> from.received(bytes));
    }

    void uses(DeltaUse delta) {
        change("uses", Fetching.class, from -> from.uses(delta));
    }

    void fetched() {
        change("fetched", Fetching.class, Fetching::fetched);
    }

    void verified() {
        change("verified", Verifying.class, Verifying::verified);
    }

    void passed(SelfTest result) {
        change("passed", SelfTesting.class, from -> from.passed(result));
    }

    void switched() {
        change("switched", Switching.class, Switching::switched);
    }

    void refuse(Failure why) {
        change("refuse", Refusable.class, from -> from.refuse(why));
    }

    void failSelfTest(Failure why, Optional<SelfTest> result) {
        change("failSelfTest", SelfTesting.class, from -> from.failed(why, result));
    }

    void failSwitch(Failure why) {
        change("failSwitch", Switching.class, from -> from.failed(why, from.selfTest()));
    }

    private <S extends State> void change(String move, Class<S> legalFrom, Function<S, State> next) {
        if (!legalFrom.isInstance(state)) {
            throw new IllegalStateException("deployment "
                    + state.deployment().map(Attempt::deploymentId).orElse("(none)") + " is " + state.code()
                    + ", from which there is no '" + move + "'");
        }
        State to = next.apply(legalFrom.cast(state));
        observer.changed(state, to);
        state = to;
    }
}
