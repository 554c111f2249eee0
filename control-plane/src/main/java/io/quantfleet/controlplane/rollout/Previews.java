package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.Ids;
import io.quantfleet.controlplane.maintenance.JdbiMaintenanceWindows;
import io.quantfleet.controlplane.maintenance.MaintenanceWindows;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Says what a rollout would do, by doing it as far as the choice of devices and undoing it in the same transaction: what
 * is shown is what the engine decides, not what something else thinks it would. Which of the devices of a class are the
 * canaries is settled anew for each rollout, so it says how many, not which.
 */
@Singleton
class Previews {
    private final JdbiRollouts rollouts;
    private final JdbiMembers members;
    private final RolloutPlanner planner;
    private final JdbiMaintenanceWindows windows;
    private final Ids ids;
    private final Clock clock;

    Previews(
            JdbiRollouts rollouts,
            JdbiMembers members,
            RolloutPlanner planner,
            JdbiMaintenanceWindows windows,
            Ids ids,
            Clock clock) {
        this.rollouts = rollouts;
        this.members = members;
        this.planner = planner;
        this.windows = windows;
        this.ids = ids;
        this.clock = clock;
    }

    /** Refuses as {@link RolloutEngine#create} does. */
    RolloutPreview preview(Tx tx, RolloutEngine.Request asked) {
        ModelVersionId model = planner.lock(tx, asked.fleet(), asked.model(), asked.version());
        planner.check(tx, asked.fleet(), model, asked.strategy());
        Instant now = clock.instant();
        return tx.undone(() -> {
            UUID id = ids.next();
            rollouts.insert(
                    tx,
                    new JdbiRollouts.Rollout(
                            id,
                            asked.fleet(),
                            model,
                            asked.strategy(),
                            new RolloutState.Draft(),
                            now,
                            Optional.empty()));
            planner.settle(tx, id);
            List<RolloutPreview.Stage> stages = new ArrayList<>();
            for (int index = 0; index < asked.strategy().stages().size(); index++) {
                Stage stage = asked.strategy().stage(index);
                members.choose(tx, id, index, stage, now);
                stages.add(stage(index, stage, members.classes(tx, id, index)));
            }
            MaintenanceWindows fleet = windows.of(tx, asked.fleet());
            return new RolloutPreview(
                    asked.fleet(),
                    asked.model(),
                    asked.version(),
                    stages.stream().mapToLong(RolloutPreview.Stage::devices).sum(),
                    stages.stream().mapToLong(RolloutPreview.Stage::bytesAtMost).sum(),
                    fleet.isOpen(now) ? Optional.empty() : fleet.nextOpening(now),
                    rollouts.lockOpen(tx, asked.fleet()).map(JdbiRollouts.Rollout::id),
                    stages);
        });
    }

    private static RolloutPreview.Stage stage(int index, Stage stage, List<RolloutPreview.ClassPart> classes) {
        return new RolloutPreview.Stage(
                index,
                stage.name(),
                classes.stream().mapToLong(RolloutPreview.ClassPart::devices).sum(),
                stage.needsApproval(),
                classes.stream()
                        .mapToLong(RolloutPreview.ClassPart::bytesTogether)
                        .sum(),
                classes);
    }
}
