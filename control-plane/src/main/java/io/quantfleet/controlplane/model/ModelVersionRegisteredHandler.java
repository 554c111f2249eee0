package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Names;
import io.quantfleet.controlplane.device.DeviceClass;
import io.quantfleet.controlplane.device.JdbiDeviceClasses;
import io.quantfleet.controlplane.events.EventHandler;
import io.quantfleet.controlplane.events.JdbiProcessedEvents;
import io.quantfleet.controlplane.events.Outcome;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.v1.ModelArtifacts;
import io.quantfleet.protocols.v1.ModelVersionRegistered;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/**
 * The planner: a new model version, announced by our own REST or by any producer, becomes one quantization job for each
 * device class. A foreign producer's version is registered first. Acts once on an event id; events of one model come in
 * order.
 */
@Singleton
class ModelVersionRegisteredHandler implements EventHandler<ModelVersionRegistered> {
    private static final String CONSUMER = "planner";

    private final JdbiProcessedEvents processed;
    private final AnnouncedArtifacts announced;
    private final ModelRegistry registry;
    private final JobPlanner planner;
    private final JdbiDeviceClasses classes;
    private final QuantizationDefaults defaults;

    ModelVersionRegisteredHandler(
            JdbiProcessedEvents processed,
            AnnouncedArtifacts announced,
            ModelRegistry registry,
            JobPlanner planner,
            JdbiDeviceClasses classes,
            QuantizationDefaults defaults) {
        this.processed = processed;
        this.announced = announced;
        this.registry = registry;
        this.planner = planner;
        this.classes = classes;
        this.defaults = defaults;
    }

    @Override
    public Class<ModelVersionRegistered> messageType() {
        return ModelVersionRegistered.class;
    }

    @Override
    public Outcome handle(Tx tx, ModelVersionRegistered event, String eventId) {
        if (!processed.isFirst(tx, CONSUMER, eventId)) {
            return Outcome.DONE;
        }
        String name = Names.require("model", event.getModelName());
        ModelArtifacts artifacts = announced.check(event.getArtifacts());
        ModelDescription description = ModelDescription.parse(announced.text(artifacts.getDescription()));
        if (!description.name().equals(name)) {
            throw new ControlPlaneException(
                    ReasonCode.DESCRIPTION_MISMATCH,
                    "the event is about model '" + name + "', its description names '" + description.name() + "'");
        }
        Optional<Double> maxLossPoints = BudgetRule.points(
                description.task(),
                event.hasBudget() ? Optional.of(event.getBudget().getMaxLossPoints()) : Optional.empty(),
                event.getOptions(),
                defaults.maxLossPoints());
        NewModelVersion version =
                new NewModelVersion(description, artifacts, maxLossPoints, NewModelVersion.Source.EVENT);
        List<DeviceClass> wanted = event.getDeviceClassesCount() == 0
                ? classes.list(tx)
                : event.getDeviceClassesList().stream()
                        .map(deviceClass -> classes.require(tx, deviceClass))
                        .toList();
        ModelVersionId id = event.getVersion() == 0
                ? registry.registerNext(tx, version)
                : registry.registerAs(tx, new ModelVersionId(name, event.getVersion()), version);
        planner.plan(tx, id, artifacts, new JobPlanner.Terms(maxLossPoints, event.getOptions()), wanted);
        return Outcome.DONE;
    }
}
