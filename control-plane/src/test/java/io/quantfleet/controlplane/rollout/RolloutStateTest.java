package io.quantfleet.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.rollout.RolloutState.Failed;
import io.quantfleet.controlplane.rollout.RolloutState.Publishing;
import io.quantfleet.controlplane.rollout.RolloutState.Rolling;
import io.quantfleet.controlplane.rollout.RolloutState.Succeeded;
import io.quantfleet.controlplane.rollout.RolloutState.Superseded;
import io.quantfleet.controlplane.rollout.RolloutState.Tally;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RolloutStateTest {
    private static final UUID NEWER = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final Tally UNPUBLISHED = new Tally(1, 1, 1, 1);
    private static final Tally UNDERWAY = new Tally(0, 1, 1, 1);
    private static final Tally ALL_ACTIVE = new Tally(0, 0, 2, 0);
    private static final Tally SOME_FAILED = new Tally(0, 0, 2, 1);
    private static final Tally ALL_FAILED = new Tally(0, 0, 0, 2);

    static Stream<Arguments> countings() {
        return Stream.of(
                Arguments.of(new Publishing(), UNPUBLISHED, new Publishing()),
                Arguments.of(new Publishing(), UNDERWAY, new Rolling()),
                Arguments.of(new Publishing(), ALL_ACTIVE, new Succeeded()),
                Arguments.of(new Publishing(), SOME_FAILED, new Failed()),
                Arguments.of(new Publishing(), ALL_FAILED, new Failed()),
                Arguments.of(new Rolling(), UNPUBLISHED, new Rolling()),
                Arguments.of(new Rolling(), UNDERWAY, new Rolling()),
                Arguments.of(new Rolling(), ALL_ACTIVE, new Succeeded()),
                Arguments.of(new Rolling(), SOME_FAILED, new Failed()),
                Arguments.of(new Rolling(), ALL_FAILED, new Failed()));
    }

    @ParameterizedTest
    @MethodSource("countings")
    void movesOnByWhereItsDevicesAre(RolloutState from, Tally tally, RolloutState to) {
        assertThat(from.counted(tally)).isEqualTo(to);
    }

    static Stream<RolloutState> ends() {
        return Stream.of(new Succeeded(), new Failed(), new Superseded(NEWER));
    }

    @ParameterizedTest
    @MethodSource("ends")
    void staysWhereItEnded(RolloutState end) {
        assertThat(end.isFinal()).isTrue();
        assertThat(Stream.of(UNPUBLISHED, UNDERWAY, ALL_ACTIVE, SOME_FAILED, ALL_FAILED))
                .allSatisfy(tally -> assertThat(end.counted(tally)).isEqualTo(end));
        assertThatThrownBy(() -> end.supersededBy(NEWER))
                .isInstanceOf(ControlPlaneException.class)
                .hasMessageContaining(end.code());
    }

    @Test
    void isSupersededWhileItIsOpen() {
        assertThat(Stream.of(new Publishing(), new Rolling())).allSatisfy(open -> {
            assertThat(open.isFinal()).isFalse();
            assertThat(open.supersededBy(NEWER)).isEqualTo(new Superseded(NEWER));
        });
    }

    @Test
    void isReadAsItWasStored() {
        assertThat(Stream.of(new Publishing(), new Rolling(), new Succeeded(), new Failed(), new Superseded(NEWER)))
                .allSatisfy(state -> assertThat(RolloutState.of(
                                state.code(),
                                state instanceof Superseded superseded
                                        ? Optional.of(superseded.by())
                                        : Optional.empty()))
                        .isEqualTo(state));
    }
}
