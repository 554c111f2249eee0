package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.fleet.JdbiFleets;
import io.quantfleet.controlplane.model.JdbiModels;
import io.quantfleet.controlplane.model.JdbiVariants;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.util.Map;

/** Gathers what a {@link RolloutPlan} is decided from. */
@Singleton
class RolloutPlanner {
    private final JdbiFleets fleets;
    private final JdbiDevices devices;
    private final JdbiModels models;
    private final JdbiVariants variants;

    RolloutPlanner(JdbiFleets fleets, JdbiDevices devices, JdbiModels models, JdbiVariants variants) {
        this.fleets = fleets;
        this.devices = devices;
        this.models = models;
        this.variants = variants;
    }

    /** Holds the fleet until the transaction ends, and makes sure that there is such a model version. */
    ModelVersionId lock(Tx tx, String fleet, String model, int version) {
        fleets.lock(tx, fleet);
        return models.require(tx, model, version);
    }

    /** Holds the fleet until the transaction ends. */
    void lockFleet(Tx tx, String fleet) {
        fleets.lock(tx, fleet);
    }

    /** What may be rolled out of a model version, by device class. */
    Map<String, JdbiVariants.Ready> ready(Tx tx, ModelVersionId model) {
        return variants.ready(tx, model);
    }

    /** Makes sure that every device of the fleet can be served; see {@link RolloutPlan#decide} for when one can't. */
    void check(Tx tx, String fleet, ModelVersionId model) {
        RolloutPlan.decide(
                fleet,
                model,
                devices.ofFleet(tx, fleet),
                variants.ready(tx, model),
                variants.views(tx, model.model(), model.version()));
    }
}
