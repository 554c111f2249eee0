package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.device.DeviceClass;
import io.quantfleet.controlplane.device.JdbiDeviceClasses;
import io.quantfleet.controlplane.storage.Tx;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/** Plans further attempts at a model version that is registered already. */
@Singleton
class Requantization {
    private final JdbiModels models;
    private final JdbiDeviceClasses classes;
    private final JobPlanner planner;

    Requantization(JdbiModels models, JdbiDeviceClasses classes, JobPlanner planner) {
        this.models = models;
        this.classes = classes;
        this.planner = planner;
    }

    /**
     * Plans an attempt for each device class.
     *
     * @param deviceClasses empty for all there are
     * @param terms without a budget for the one that the version was registered with
     * @throws ControlPlaneException {@code ILLEGAL_STATE} if an attempt is under way for one of the classes
     */
    List<JdbiJobs.Job> plan(Tx tx, String model, int version, List<String> deviceClasses, JobPlanner.Terms terms) {
        JdbiModels.Registered registered = models.find(tx, model, version)
                .orElseThrow(() -> ControlPlaneException.notFound("version " + version + " of model '" + model + "'"));
        List<DeviceClass> wanted = deviceClasses.isEmpty()
                ? classes.list(tx)
                : deviceClasses.stream()
                        .distinct()
                        .map(name -> classes.require(tx, name))
                        .toList();
        Optional<Double> points = BudgetRule.points(
                registered.task(),
                terms.maxLossPoints(),
                terms.options(),
                registered.maxLossPoints().orElse(0.0));
        return planner.planAgain(
                tx, registered.id(), registered.artifacts(), new JobPlanner.Terms(points, terms.options()), wanted);
    }
}
