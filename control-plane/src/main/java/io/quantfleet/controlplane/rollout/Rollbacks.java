package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Takes the devices of a rollout back to what they served before it, by the same delivery, a step at a time. */
@Singleton
class Rollbacks {
    private static final int BATCH = 500;

    private final JdbiMembers members;
    private final JdbiDeployments deployments;
    private final RolloutEngine engine;
    private final Deployer deployer;
    private final Clock clock;

    Rollbacks(JdbiMembers members, JdbiDeployments deployments, RolloutEngine engine, Deployer deployer, Clock clock) {
        this.members = members;
        this.deployments = deployments;
        this.engine = engine;
        this.deployer = deployer;
        this.clock = clock;
    }

    /** One step. The rollout's row must be held. */
    void step(Tx tx, JdbiRollouts.Rollout rollout, RolloutState.RollingBack back) {
        Instant now = clock.instant();
        for (JdbiMembers.GoingBack member : members.goingBack(tx, rollout.id(), back.onlyStage(), BATCH)) {
            members.back(tx, rollout.id(), member.device().id(), takeBack(tx, rollout, member, now));
        }
        engine.move(tx, rollout, back.counted(members.backProgress(tx, rollout.id(), back.onlyStage())));
    }

    // A device that never got a manifest has nothing to go back from; one that served nothing before, nowhere to go.
    private Optional<UUID> takeBack(Tx tx, JdbiRollouts.Rollout rollout, JdbiMembers.GoingBack member, Instant now) {
        if (member.deployment().isEmpty()) {
            return Optional.empty();
        }
        deployments.withdraw(tx, member.deployment().get(), now);
        return member.before().map(before -> {
            RolloutPlan.Part part = new RolloutPlan.Part(member.device(), before.variant());
            return deployer.deploy(tx, rollout.id(), before.model(), part, Optional.empty(), now);
        });
    }
}
