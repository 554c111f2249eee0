package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Takes the devices of a rollout back to what they served before it, by the same delivery, a step at a time. A device
 * that fails to go back is asked again, a few times, each time after a longer pause.
 */
@Singleton
class Rollbacks {
    private static final int BATCH = 1000;

    private final JdbiMembers members;
    private final JdbiDeployments deployments;
    private final Orders orders;
    private final Moves moves;
    private final Deployer deployer;
    private final Clock clock;
    private final Pace counting = new Pace(System::nanoTime);

    Rollbacks(
            JdbiMembers members,
            JdbiDeployments deployments,
            Orders orders,
            Moves moves,
            Deployer deployer,
            Clock clock) {
        this.members = members;
        this.deployments = deployments;
        this.orders = orders;
        this.moves = moves;
        this.deployer = deployer;
        this.clock = clock;
    }

    /** One step; whether there is more to do at once. The rollout's row must be held. */
    boolean step(Tx tx, JdbiRollouts.Rollout rollout, RolloutState.RollingBack back) {
        UUID id = rollout.id();
        Instant now = clock.instant();
        int asked = 0;
        if (orders.mayAsk(tx, rollout, true, now)) {
            List<JdbiMembers.GoingBack> going = members.goingBack(tx, id, back.onlyStage(), now, BATCH);
            takeBack(tx, id, going, now);
            asked = going.size();
        }
        if (asked < BATCH && counting.isDue(id)) {
            JdbiMembers.Back counts = counting.run(id, () -> members.countBack(tx, id, back.onlyStage()));
            RolloutState next = back.counted(counts.progress(), counts.failed());
            moves.move(tx, rollout, next, Cause.itself("finish"));
            if (next.isFinal()) {
                counting.forget(id);
            }
        }
        return asked == BATCH;
    }

    // A device that never got a manifest has nothing to go back from; one that served nothing before, nowhere to go.
    private void takeBack(Tx tx, UUID rollout, List<JdbiMembers.GoingBack> going, Instant now) {
        if (going.isEmpty()) {
            return;
        }
        deployments.withdraw(
                tx,
                going.stream().flatMap(member -> member.deployment().stream()).toList(),
                now);
        List<Part> parts = going.stream()
                .filter(member -> member.deployment().isPresent())
                .flatMap(member -> member.before().stream()
                        .map(before -> new Part(member.device(), before.model(), before.variant())))
                .toList();
        Map<DeviceId, UUID> rollbacks = deployer.deploy(tx, rollout, parts, Deployer.Terms.AT_ONCE, now);
        members.back(
                tx, rollout, going.stream().map(member -> member.device().id()).toList(), rollbacks);
    }
}
