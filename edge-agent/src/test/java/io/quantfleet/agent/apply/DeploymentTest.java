package io.quantfleet.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.agent.apply.Deployment.Active;
import io.quantfleet.agent.apply.Deployment.Attempt;
import io.quantfleet.agent.apply.Deployment.Failure;
import io.quantfleet.agent.apply.Deployment.Fetching;
import io.quantfleet.agent.apply.Deployment.Idle;
import io.quantfleet.agent.apply.Deployment.Lost;
import io.quantfleet.agent.apply.Deployment.Refused;
import io.quantfleet.agent.apply.Deployment.Reverted;
import io.quantfleet.agent.apply.Deployment.SelfTesting;
import io.quantfleet.agent.apply.Deployment.State;
import io.quantfleet.agent.apply.Deployment.Switching;
import io.quantfleet.agent.apply.Deployment.Verifying;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.DeltaUse;
import io.quantfleet.protocols.v1.SelfTest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every state × every move, the illegal pairs included. */
class DeploymentTest {
    private static final Attempt ATTEMPT = new Attempt("d1", 7, 1000, 10, Optional.empty(), false);
    private static final Attempt ENDED = new Attempt("d1", 7, 1000, 10, Optional.empty(), true);
    private static final Attempt NEXT = new Attempt("d2", 8, 2000, 0, Optional.empty(), false);
    private static final DeltaUse DELTA =
            DeltaUse.newBuilder().setOutcome(DeltaUse.Outcome.OUTCOME_APPLIED).build();
    private static final Failure FAILURE = new Failure(ReasonCode.SELF_TEST_FAILED, "too bad");
    private static final SelfTest RESULT =
            SelfTest.newBuilder().setSamples(20).setAccuracy(0.9).build();

    private static final List<State> STATES = List.of(
            new Idle(),
            new Fetching(ATTEMPT),
            new Verifying(ATTEMPT),
            new SelfTesting(ATTEMPT),
            new Switching(ATTEMPT, RESULT),
            new Active(ATTEMPT, RESULT),
            new Refused(ATTEMPT, FAILURE),
            new Reverted(ATTEMPT, Optional.of(RESULT), FAILURE),
            new Lost(ENDED, Optional.of(RESULT), FAILURE));

    private record Move(Consumer<Deployment> call, Map<Class<? extends State>, State> legal) {}

    private static final Map<String, Move> MOVES = Map.ofEntries(
            Map.entry(
                    "accept",
                    new Move(
                            deployment -> deployment.accept(NEXT),
                            Map.of(
                                    Idle.class, new Fetching(NEXT),
                                    Active.class, new Fetching(NEXT),
                                    Refused.class, new Fetching(NEXT),
                                    Reverted.class, new Fetching(NEXT),
                                    Lost.class, new Fetching(NEXT)))),
            Map.entry(
                    "restart",
                    new Move(
                            Deployment::restart,
                            Map.of(
                                    Fetching.class, new Fetching(ATTEMPT),
                                    Verifying.class, new Fetching(ATTEMPT),
                                    SelfTesting.class, new Fetching(ATTEMPT),
                                    Switching.class, new Fetching(ATTEMPT)))),
            Map.entry(
                    "reinstall",
                    new Move(
                            Deployment::reinstall,
                            Map.of(Active.class, new Fetching(ENDED), Lost.class, new Fetching(ENDED)))),
            Map.entry(
                    "crash",
                    new Move(
                            deployment -> deployment.crash(FAILURE),
                            Map.of(Active.class, new Lost(ENDED, Optional.of(RESULT), FAILURE)))),
            Map.entry(
                    "received",
                    new Move(
                            deployment -> deployment.received(5),
                            Map.of(
                                    Fetching.class,
                                    new Fetching(new Attempt("d1", 7, 1000, 15, Optional.empty(), false))))),
            Map.entry(
                    "uses",
                    new Move(
                            deployment -> deployment.uses(DELTA),
                            Map.of(
                                    Fetching.class,
                                    new Fetching(new Attempt("d1", 7, 1000, 10, Optional.of(DELTA), false))))),
            Map.entry("fetched", new Move(Deployment::fetched, Map.of(Fetching.class, new Verifying(ATTEMPT)))),
            Map.entry("verified", new Move(Deployment::verified, Map.of(Verifying.class, new SelfTesting(ATTEMPT)))),
            Map.entry(
                    "passed",
                    new Move(
                            deployment -> deployment.passed(RESULT),
                            Map.of(SelfTesting.class, new Switching(ATTEMPT, RESULT)))),
            Map.entry("switched", new Move(Deployment::switched, Map.of(Switching.class, new Active(ATTEMPT, RESULT)))),
            Map.entry(
                    "refuse",
                    new Move(
                            deployment -> deployment.refuse(FAILURE),
                            Map.of(
                                    Fetching.class, new Refused(ATTEMPT, FAILURE),
                                    Verifying.class, new Refused(ATTEMPT, FAILURE)))),
            Map.entry(
                    "failSelfTest",
                    new Move(
                            deployment -> deployment.failSelfTest(FAILURE, Optional.empty()),
                            Map.of(SelfTesting.class, new Reverted(ATTEMPT, Optional.empty(), FAILURE)))),
            Map.entry(
                    "failSwitch",
                    new Move(
                            deployment -> deployment.failSwitch(FAILURE),
                            Map.of(Switching.class, new Reverted(ATTEMPT, Optional.of(RESULT), FAILURE)))));

    static Stream<Arguments> everyPair() {
        return STATES.stream()
                .flatMap(state -> MOVES.keySet().stream().sorted().map(move -> Arguments.of(state, move)));
    }

    @ParameterizedTest(name = "{1} from {0}")
    @MethodSource("everyPair")
    void movesOnlyWhereTheDiagramHasAnArrow(State from, String name) {
        List<State> told = new ArrayList<>();
        Deployment deployment = new Deployment(from, (before, after) -> told.add(after));
        Move move = MOVES.get(name);
        State expected = move.legal().get(from.getClass());

        if (expected == null) {
            assertThatThrownBy(() -> move.call().accept(deployment))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(from.code().name())
                    .hasMessageContaining(name);
            assertThat(deployment.state()).isEqualTo(from);
            assertThat(told).isEmpty();
        } else {
            move.call().accept(deployment);
            assertThat(deployment.state()).isEqualTo(expected);
            assertThat(told).containsExactly(expected);
        }
    }

    @Test
    void doesNotMoveIfTheChangeCanNotBeStored() {
        Deployment deployment = new Deployment(new Idle(), (before, after) -> {
            throw new IllegalStateException("disk full");
        });

        assertThatThrownBy(() -> deployment.accept(NEXT)).hasMessage("disk full");

        assertThat(deployment.state()).isEqualTo(new Idle());
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new Fetching(ENDED), move(deployment -> deployment.refuse(FAILURE)), Optional.empty()),
                Arguments.of(new Verifying(ENDED), move(deployment -> deployment.refuse(FAILURE)), Optional.empty()),
                Arguments.of(
                        new SelfTesting(ENDED),
                        move(deployment -> deployment.failSelfTest(FAILURE, Optional.of(RESULT))),
                        Optional.of(RESULT)),
                Arguments.of(
                        new Switching(ENDED, RESULT),
                        move(deployment -> deployment.failSwitch(FAILURE)),
                        Optional.of(RESULT)));
    }

    private static Consumer<Deployment> move(Consumer<Deployment> call) {
        return call;
    }

    @ParameterizedTest(name = "from {0}")
    @MethodSource("failures")
    void isLostRatherThanEndedAgainIfItFailsAfterItWasActive(
            State from, Consumer<Deployment> failure, Optional<SelfTest> result) {
        Deployment deployment = new Deployment(from, (before, after) -> {});

        failure.accept(deployment);

        assertThat(deployment.state()).isEqualTo(new Lost(ENDED, result, FAILURE));
    }

    static List<State> everyState() {
        return STATES;
    }

    @ParameterizedTest
    @MethodSource("everyState")
    void comesBackFromItsReport(State state) {
        Reports reports = new Reports(new DeviceId("cam"), "1.0.0", Clock.systemUTC());

        assertThat(Reports.restore(reports.of(state, 3, Optional.empty()))).isEqualTo(state);
    }
}
