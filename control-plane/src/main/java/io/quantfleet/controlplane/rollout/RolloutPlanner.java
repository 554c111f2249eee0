package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.fleet.FleetMembers;
import io.quantfleet.controlplane.model.JdbiModels;
import io.quantfleet.controlplane.model.JdbiVariants;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.ReasonCode;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;

/** Knows what a rollout needs before it begins: its fleet, its version, and a variant for every class. */
@Singleton
class RolloutPlanner {
    private final FleetMembers fleets;
    private final JdbiDevices devices;
    private final JdbiModels models;
    private final JdbiVariants variants;
    private final JdbiRolloutVariants settled;
    private final JdbiMembers members;
    private final Clock clock;

    RolloutPlanner(
            FleetMembers fleets,
            JdbiDevices devices,
            JdbiModels models,
            JdbiVariants variants,
            JdbiRolloutVariants settled,
            JdbiMembers members,
            Clock clock) {
        this.fleets = fleets;
        this.devices = devices;
        this.models = models;
        this.variants = variants;
        this.settled = settled;
        this.members = members;
        this.clock = clock;
    }

    /** Settles which variant each class gets. */
    void settle(Tx tx, UUID rollout) {
        settled.settle(tx, rollout);
    }

    /** Looks up the fleet's devices, holds it until the transaction ends, and makes sure that there is such a model version. */
    ModelVersionId lock(Tx tx, String fleet, String model, int version) {
        fleets.refresh(tx, fleet);
        return models.require(tx, model, version);
    }

    /** Looks up the fleet's devices and holds it until the transaction ends. */
    void lockFleet(Tx tx, String fleet) {
        fleets.refresh(tx, fleet);
    }

    /**
     * Makes sure that every device of the fleet can be served, and that no stage that selects devices by what they are is
     * without any: a misspelt query must not let a version past its canaries.
     *
     * @throws ControlPlaneException as {@link Readiness#require}, or {@code STAGE_EMPTY}
     */
    void check(Tx tx, String fleet, ModelVersionId model, Strategy strategy) {
        Readiness.require(
                fleet,
                model,
                devices.classesOf(tx, fleet).keySet(),
                variants.ready(tx, model).keySet(),
                variants.views(tx, model.model(), model.version()));
        Instant now = clock.instant();
        for (Stage stage : strategy.stages()) {
            stage.selection(now)
                    .filter(selection -> members.countSelected(tx, fleet, selection) == 0)
                    .ifPresent(nobody -> {
                        throw new ControlPlaneException(
                                ReasonCode.STAGE_EMPTY,
                                "the stage '" + stage.name() + "' selects no device of the fleet '" + fleet
                                        + "' as it is now; correct what it selects by, or leave the stage out");
                    });
        }
    }
}
