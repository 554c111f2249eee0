package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a rollout goes: by which stages, when it begins, and what happens when a stage fails.
 *
 * @param stages in their order, the last one taking in whatever is left of the fleet
 * @param onFailure what a failed stage leads to; everything goes back unless it is said otherwise
 * @param startAt not before then
 * @param install when a device installs what it has fetched; at once unless it is said otherwise
 */
record Strategy(
        List<Stage> stages, Optional<OnFailure> onFailure, Optional<Instant> startAt, Optional<Install> install) {
    private static final int MAX_STAGES = 20;

    /** What a failed stage leads to. */
    enum OnFailure {
        ROLL_BACK_ALL,
        ROLL_BACK_STAGE,
        PAUSE
    }

    Strategy {
        // Readers of JSON leave out what is not given.
        if (stages == null) {
            throw ControlPlaneException.invalid("'stages' is missing: a list of 1 to " + MAX_STAGES + " stages");
        }
        stages = List.copyOf(stages);
        if (stages.isEmpty() || stages.size() > MAX_STAGES) {
            throw ControlPlaneException.invalid("a strategy has 1 to " + MAX_STAGES + " stages, not " + stages.size());
        }
        Set<String> names = new HashSet<>();
        for (Stage stage : stages) {
            if (!names.add(stage.name())) {
                throw ControlPlaneException.invalid("two stages are named '" + stage.name() + "'");
            }
        }
        if (!stages.get(stages.size() - 1).takesTheRest()) {
            throw ControlPlaneException.invalid("the last stage leaves devices out; end with one of 'percent': 100");
        }
        if (install.filter(Install::waits).isPresent()) {
            requireTime(stages, install.get());
        }
    }

    private static void requireTime(List<Stage> stages, Install install) {
        for (Stage stage : stages) {
            stage.deviceDeadline()
                    .filter(deadline -> deadline.compareTo(install.limit()) <= 0)
                    .ifPresent(deadline -> {
                        throw ControlPlaneException.invalid("the stage '" + stage.name() + "' gives a device "
                                + deadline + ", but it may wait " + install.limit()
                                + " until it is idle; make 'install.atLatest' shorter");
                    });
        }
    }

    /** The whole fleet at once. */
    static Strategy allAtOnce() {
        return new Strategy(List.of(Stage.everything()), Optional.empty(), Optional.empty(), Optional.empty());
    }

    Stage stage(int index) {
        return stages.get(index);
    }

    boolean isLast(int index) {
        return index == stages.size() - 1;
    }

    OnFailure failure() {
        return onFailure.orElse(OnFailure.ROLL_BACK_ALL);
    }
}
