package io.quantfleet.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.gate.Verdict;
import io.quantfleet.controlplane.rollout.RolloutState.Aborted;
import io.quantfleet.controlplane.rollout.RolloutState.Draft;
import io.quantfleet.controlplane.rollout.RolloutState.Finished;
import io.quantfleet.controlplane.rollout.RolloutState.Paused;
import io.quantfleet.controlplane.rollout.RolloutState.Phase;
import io.quantfleet.controlplane.rollout.RolloutState.Progress;
import io.quantfleet.controlplane.rollout.RolloutState.RolledBack;
import io.quantfleet.controlplane.rollout.RolloutState.RollingBack;
import io.quantfleet.controlplane.rollout.RolloutState.Running;
import io.quantfleet.controlplane.rollout.RolloutState.Scheduled;
import io.quantfleet.controlplane.rollout.RolloutState.Superseded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RolloutStateTest {
    private static final UUID NEWER = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final Instant LATER = NOW.plusSeconds(600);
    private static final Strategy STRATEGY = strategy(Strategy.OnFailure.ROLL_BACK_ALL);
    private static final RollingBack ALL_BACK = new RollingBack(OptionalInt.empty(), "why");

    private static final Draft DRAFT = new Draft();
    private static final Scheduled SCHEDULED = new Scheduled(LATER);
    private static final Running WAITING = new Running(1, Phase.AWAITING_APPROVAL, NOW);
    private static final Running OPENING = new Running(0, Phase.OPENING, NOW);
    private static final Running SOAKING = new Running(0, Phase.SOAKING, NOW);
    private static final Running JUDGING = new Running(0, Phase.JUDGING, NOW);
    private static final Running LAST = new Running(1, Phase.JUDGING, NOW);
    private static final Paused PAUSED = new Paused(SOAKING, "why");

    /** What people can do, by name. */
    private static final Map<String, UnaryOperator<RolloutState>> MOVES = new LinkedHashMap<>();

    static {
        MOVES.put("start", state -> state.start(Optional.empty(), STRATEGY.stage(0), LATER));
        MOVES.put("approve", state -> state.approve(LATER));
        MOVES.put("pause", state -> state.pause("why"));
        MOVES.put("resume", state -> state.resume(LATER));
        MOVES.put("promote", state -> state.promote(STRATEGY, LATER));
        MOVES.put("rollBack", state -> state.rollBack(OptionalInt.empty(), "why"));
        MOVES.put("abort", state -> state.abort("why"));
        MOVES.put("supersede", state -> state.supersededBy(NEWER));
    }

    private static Strategy strategy(Strategy.OnFailure onFailure) {
        Stage canary = stage("canary", 5, Optional.of(Duration.ofMinutes(10)), false);
        Stage all = stage("all", 100, Optional.empty(), true);
        return new Strategy(List.of(canary, all), Optional.of(onFailure), Optional.empty(), Optional.empty());
    }

    private static Stage stage(String name, double percent, Optional<Duration> soak, boolean approval) {
        return new Stage(
                name,
                Optional.of(percent),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                soak,
                Optional.empty(),
                Optional.empty(),
                Optional.of(approval),
                Optional.empty(),
                Optional.empty());
    }

    /** Every state and what each move makes of it; a move that is not named is refused. */
    static Stream<Arguments> table() {
        Running begun = new Running(0, Phase.OPENING, LATER);
        Running next = new Running(1, Phase.AWAITING_APPROVAL, LATER);
        Aborted aborted = new Aborted("why");
        Superseded superseded = new Superseded(NEWER);
        return Stream.of(
                Arguments.of(DRAFT, Map.of("start", begun, "abort", aborted, "supersede", superseded)),
                Arguments.of(SCHEDULED, Map.of("start", begun, "abort", aborted, "supersede", superseded)),
                Arguments.of(
                        WAITING,
                        Map.of(
                                "approve",
                                new Running(1, Phase.OPENING, LATER),
                                "pause",
                                new Paused(WAITING, "why"),
                                "rollBack",
                                ALL_BACK,
                                "abort",
                                aborted,
                                "supersede",
                                superseded)),
                Arguments.of(OPENING, running(OPENING, next)),
                Arguments.of(SOAKING, running(SOAKING, next)),
                Arguments.of(JUDGING, running(JUDGING, next)),
                Arguments.of(LAST, running(LAST, new Finished())),
                Arguments.of(
                        PAUSED,
                        Map.of(
                                "resume", new Running(0, Phase.SOAKING, LATER),
                                "promote", next,
                                "rollBack", ALL_BACK,
                                "abort", aborted,
                                "supersede", superseded)),
                Arguments.of(ALL_BACK, Map.of("supersede", superseded)),
                Arguments.of(new Finished(), Map.of()),
                Arguments.of(new RolledBack("why"), Map.of()),
                Arguments.of(aborted, Map.of()),
                Arguments.of(superseded, Map.of()));
    }

    private static Map<String, RolloutState> running(Running from, RolloutState promoted) {
        return Map.of(
                "pause", new Paused(from, "why"),
                "promote", promoted,
                "rollBack", ALL_BACK,
                "abort", new Aborted("why"),
                "supersede", new Superseded(NEWER));
    }

    @ParameterizedTest
    @MethodSource("table")
    void everyMoveLeadsWhereItShouldOrIsRefused(RolloutState from, Map<String, RolloutState> legal) {
        MOVES.forEach((name, move) -> {
            RolloutState expected = legal.get(name);
            if (expected != null) {
                assertThat(move.apply(from)).as(name).isEqualTo(expected);
            } else {
                assertThatThrownBy(() -> move.apply(from))
                        .as(name)
                        .isInstanceOf(ControlPlaneException.class)
                        .hasMessageContaining("rollout");
            }
        });
    }

    /** The table of {@code docs/rollouts.md}, made of the one above. */
    @Test
    void theDocumentationHasThisTable() throws IOException {
        StringBuilder expected = new StringBuilder(
                "| | " + String.join(" | ", MOVES.keySet()) + " |\n|" + "---|".repeat(MOVES.size() + 1) + "\n");
        table().forEach(row -> {
            RolloutState from = (RolloutState) row.get()[0];
            @SuppressWarnings("unchecked")
            Map<String, RolloutState> legal = (Map<String, RolloutState>) row.get()[1];
            expected.append("| `").append(shown(from)).append('`').append(from.equals(LAST) ? ", last stage" : "");
            MOVES.keySet().forEach(move -> expected.append(" | ")
                    .append(Optional.ofNullable(legal.get(move))
                            .map(to -> cell(from, to))
                            .orElse("")));
            expected.append(" |\n");
        });
        assertThat(Files.readString(Path.of("../docs/rollouts.md"))).contains(expected);
    }

    private static String shown(RolloutState state) {
        return state instanceof Running running ? state.code() + " " + running.phase() : state.code();
    }

    private static String cell(RolloutState from, RolloutState to) {
        boolean onwards = from instanceof Paused || from instanceof Running;
        return to instanceof Running next && onwards && next.stage() > 0 && !from.equals(WAITING)
                ? "next stage"
                : "`" + shown(to) + "`";
    }

    @Test
    void waitsForItsTime() {
        assertThat(DRAFT.start(Optional.of(LATER), STRATEGY.stage(0), NOW)).isEqualTo(SCHEDULED);
        assertThat(DRAFT.start(Optional.of(NOW), STRATEGY.stage(0), NOW)).isEqualTo(OPENING);
        assertThat(SCHEDULED.isDue(NOW)).isFalse();
        assertThat(SCHEDULED.isDue(LATER)).isTrue();
    }

    static Stream<Arguments> judgements() {
        Progress some = new Progress(0, 1, false);
        Progress waiting = new Progress(1, 0, true);
        Progress enough = new Progress(0, 3, true);
        Progress done = new Progress(0, 0, false);
        Instant soon = NOW.plusSeconds(599);
        return Stream.of(
                Arguments.of(WAITING, done, Verdict.OPEN, LATER, WAITING),
                Arguments.of(OPENING, some, Verdict.OPEN, LATER, OPENING),
                Arguments.of(OPENING, waiting, Verdict.OPEN, LATER, OPENING),
                Arguments.of(OPENING, enough, Verdict.OPEN, LATER, new Running(0, Phase.SOAKING, LATER)),
                Arguments.of(OPENING, done, Verdict.HOLD, LATER, new Running(0, Phase.SOAKING, LATER)),
                Arguments.of(OPENING, some, Verdict.FAIL, LATER, ALL_BACK),
                Arguments.of(SOAKING, done, Verdict.OPEN, soon, SOAKING),
                Arguments.of(SOAKING, done, Verdict.OPEN, LATER, new Running(0, Phase.JUDGING, LATER)),
                Arguments.of(SOAKING, done, Verdict.FAIL, soon, ALL_BACK),
                Arguments.of(JUDGING, done, Verdict.HOLD, LATER, JUDGING),
                Arguments.of(JUDGING, done, Verdict.OPEN, LATER, new Running(1, Phase.AWAITING_APPROVAL, LATER)),
                Arguments.of(JUDGING, done, Verdict.FAIL, LATER, ALL_BACK),
                Arguments.of(LAST, done, Verdict.OPEN, LATER, new Finished()));
    }

    @ParameterizedTest
    @MethodSource("judgements")
    void aStageGoesByItsDevicesItsTimeAndItsGates(
            Running from, Progress progress, Verdict verdict, Instant now, RolloutState to) {
        assertThat(from.judged(STRATEGY, progress, verdict, "why", now)).isEqualTo(to);
    }

    @Test
    void aFailureLeadsToWhatTheStrategySays() {
        Progress done = new Progress(0, 0, false);
        assertThat(JUDGING.judged(strategy(Strategy.OnFailure.PAUSE), done, Verdict.FAIL, "why", LATER))
                .isEqualTo(new Paused(JUDGING, "why"));
        assertThat(JUDGING.judged(strategy(Strategy.OnFailure.ROLL_BACK_STAGE), done, Verdict.FAIL, "why", LATER))
                .isEqualTo(new RollingBack(OptionalInt.of(0), "why"));
    }

    @Test
    void isRolledBackWhenEveryDeviceIs() {
        assertThat(ALL_BACK.counted(new Progress(1, 0, false), 0)).isEqualTo(ALL_BACK);
        assertThat(ALL_BACK.counted(new Progress(0, 1, false), 1)).isEqualTo(ALL_BACK);
        assertThat(ALL_BACK.counted(new Progress(0, 0, false), 0)).isEqualTo(new RolledBack("why"));
        assertThat(ALL_BACK.counted(new Progress(0, 0, false), 2))
                .isEqualTo(new RolledBack("why; 2 devices could not be taken back"));
    }

    static Stream<RolloutState> all() {
        return Stream.concat(
                table().map(row -> (RolloutState) row.get()[0]),
                Stream.of(new RollingBack(OptionalInt.of(2), "only the third")));
    }

    @ParameterizedTest
    @MethodSource("all")
    void isReadAsItWasStored(RolloutState state) {
        assertThat(RolloutState.of(state.code(), state.details())).isEqualTo(state);
        assertThat(state.isFinal())
                .isEqualTo(List.of("FINISHED", "ROLLED_BACK", "ABORTED", "SUPERSEDED")
                        .contains(state.code()));
    }
}
