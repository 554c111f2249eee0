package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.delta.Deltas;
import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.maintenance.JdbiMaintenanceWindows;
import io.quantfleet.controlplane.model.JdbiVariants;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Asks members of a rollout to install: so many at a time as their stage lets, and only while a maintenance window of the
 * fleet is open. When it closes, those that were asked and have not been heard of are not asked any more, so that a
 * device that was away does not install when it comes back; they are asked again in the next window.
 */
@Singleton
class Orders {
    /** So few that the first are on their way while manifests are made for the next. */
    private static final int BATCH = 250;

    private final JdbiMembers members;
    private final JdbiDeployments deployments;
    private final JdbiStages stages;
    private final JdbiRolloutVariants variants;
    private final JdbiMaintenanceWindows windows;
    private final Deltas deltas;
    private final Deployer deployer;

    Orders(
            JdbiMembers members,
            JdbiDeployments deployments,
            JdbiStages stages,
            JdbiRolloutVariants variants,
            JdbiMaintenanceWindows windows,
            Deltas deltas,
            Deployer deployer) {
        this.members = members;
        this.deployments = deployments;
        this.stages = stages;
        this.variants = variants;
        this.windows = windows;
        this.deltas = deltas;
        this.deployer = deployer;
    }

    /** Whether devices may be asked; if not, takes back what was asked in vain. The rollout's row must be held. */
    boolean mayAsk(Tx tx, JdbiRollouts.Rollout rollout, boolean goingBack, Instant now) {
        var fleet = windows.of(tx, rollout.fleet());
        if (fleet.isOpen(now) || (goingBack && fleet.rollbackAnytime())) {
            return true;
        }
        deployments.takeBackUnheard(tx, rollout.id(), now);
        return false;
    }

    /** Has the deltas made that the devices of a stage could use; they are asked when it is done, or patience has run out. */
    void prepare(Tx tx, UUID rollout, int stage) {
        deltas.stageOpens(tx, rollout, stage);
    }

    /** Asks those of the stage whose turn it is; whether so many were asked at once that there may be more. */
    boolean ask(Tx tx, JdbiRollouts.Rollout rollout, int index, Instant now) {
        if (!mayAsk(tx, rollout, false, now) || awaitsDeltas(tx, rollout)) {
            return false;
        }
        Stage stage = rollout.strategy().stage(index);
        int free = stage.concurrency()
                .map(limit -> Math.min(BATCH, limit - stages.underway(tx, rollout.id(), index)))
                .orElse(BATCH);
        return free > 0 && ask(tx, rollout, index, free, now) == BATCH;
    }

    /** A moment's patience may save most of what the devices would fetch. */
    private boolean awaitsDeltas(Tx tx, JdbiRollouts.Rollout rollout) {
        return deltas.isAwaited(
                tx,
                variants.of(tx, rollout.id()).values().stream()
                        .map(JdbiVariants.Ready::sha256)
                        .toList());
    }

    /** Asks devices that joined the fleet since its rollout finished; whether there may be more. */
    boolean takeInLatecomers(Tx tx, JdbiRollouts.Rollout rollout, int last, Instant now) {
        if (!mayAsk(tx, rollout, false, now)) {
            return false;
        }
        variants.settle(tx, rollout.id());
        members.choose(tx, rollout.id(), last, rollout.strategy().stage(last), now);
        return ask(tx, rollout, last, BATCH, now) == BATCH;
    }

    private int ask(Tx tx, JdbiRollouts.Rollout rollout, int index, int limit, Instant now) {
        List<JdbiDevices.Enrolled> devices = members.waiting(tx, rollout.id(), index, limit);
        if (devices.isEmpty()) {
            return 0;
        }
        Map<String, JdbiVariants.Ready> ready = variants.of(tx, rollout.id());
        List<Part> parts = devices.stream()
                .map(device -> new Part(device, rollout.model(), require(ready, device.deviceClass())))
                .toList();
        Deployer.Terms terms = new Deployer.Terms(
                rollout.strategy().stage(index).deviceDeadline(),
                rollout.strategy().install());
        members.deployed(tx, rollout.id(), deployer.deploy(tx, rollout.id(), parts, terms, now));
        return devices.size();
    }

    private static JdbiVariants.Ready require(Map<String, JdbiVariants.Ready> ready, String deviceClass) {
        JdbiVariants.Ready variant = ready.get(deviceClass);
        if (variant == null) {
            throw new IllegalStateException("a member of class " + deviceClass + " has no variant");
        }
        return variant;
    }
}
