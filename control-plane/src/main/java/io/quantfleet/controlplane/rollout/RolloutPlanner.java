package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.fleet.FleetMembers;
import io.quantfleet.controlplane.model.JdbiModels;
import io.quantfleet.controlplane.model.JdbiVariants;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.util.UUID;

/** Knows what a rollout needs before it begins: its fleet, its version, and a variant for every class. */
@Singleton
class RolloutPlanner {
    private final FleetMembers fleets;
    private final JdbiDevices devices;
    private final JdbiModels models;
    private final JdbiVariants variants;
    private final JdbiRolloutVariants settled;

    RolloutPlanner(
            FleetMembers fleets,
            JdbiDevices devices,
            JdbiModels models,
            JdbiVariants variants,
            JdbiRolloutVariants settled) {
        this.fleets = fleets;
        this.devices = devices;
        this.models = models;
        this.variants = variants;
        this.settled = settled;
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
     * Makes sure that every device of the fleet can be served.
     *
     * @throws ControlPlaneException as {@link Readiness#require}
     */
    void check(Tx tx, String fleet, ModelVersionId model) {
        Readiness.require(
                fleet,
                model,
                devices.classesOf(tx, fleet).keySet(),
                variants.ready(tx, model).keySet(),
                variants.views(tx, model.model(), model.version()));
    }
}
