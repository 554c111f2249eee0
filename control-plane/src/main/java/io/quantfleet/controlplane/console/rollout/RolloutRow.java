package io.quantfleet.controlplane.console.rollout;

import io.quantfleet.controlplane.console.frame.StateBar;
import io.quantfleet.controlplane.console.frame.StateCount;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A rollout with its devices by how they fare.
 *
 * @param stage the number of the stage that runs, from 0
 * @param phase of that stage
 * @param reason why it is in this state
 * @param savedBytes what devices that are done did not have to fetch: chunks at hand, compression and deltas
 * @param superseded devices that a later rollout took over, or whose manifest expired
 */
public record RolloutRow(
        UUID id,
        String fleet,
        String modelName,
        int modelVersion,
        String state,
        Optional<Integer> stage,
        Optional<String> phase,
        Optional<String> reason,
        Instant createdAt,
        Optional<Instant> finishedAt,
        Optional<UUID> supersededBy,
        long devices,
        long active,
        long updating,
        long pending,
        long failed,
        long superseded,
        long fetchedBytes,
        long savedBytes) {
    private static final List<DeploymentGroup> DRAWN = List.of(
            DeploymentGroup.ACTIVE,
            DeploymentGroup.UPDATING,
            DeploymentGroup.PENDING,
            DeploymentGroup.SUPERSEDED,
            DeploymentGroup.FAILED);

    public StateBar bar() {
        return StateBar.of(DRAWN.stream()
                .map(group -> new StateCount(group.name(), count(group)))
                .toList());
    }

    /** The devices that fare so. */
    public long count(DeploymentGroup group) {
        return switch (group) {
            case FAILED -> failed;
            case UPDATING -> updating;
            case PENDING -> pending;
            case SUPERSEDED -> superseded;
            case ACTIVE -> active;
        };
    }

    /** What people can do to it now. */
    public List<Move> moves() {
        return Move.of(state, phase.filter("AWAITING_APPROVAL"::equals).isPresent(), failed > 0);
    }

    public boolean runs(int index) {
        return (state.equals("RUNNING") || state.equals("PAUSED"))
                && stage.filter(running -> running == index).isPresent();
    }

    /** Devices are asked for something while it is in this state. */
    public boolean mayAsk() {
        return state.equals("RUNNING") || goesBack();
    }

    public boolean goesBack() {
        return state.equals("ROLLING_BACK");
    }

    public boolean open() {
        return finishedAt.isEmpty();
    }

    public long finished() {
        return active + failed + superseded;
    }

    /** From the request to the last device's final report, or to {@code now}. */
    public double seconds(Instant now) {
        return Duration.between(createdAt, finishedAt.orElse(now)).toMillis() / 1000.0;
    }
}
