package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.artifact.JdbiArtifacts;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.protocols.v1.ModelArtifacts;
import io.quantfleet.protocols.v1.NamedArtifact;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Numbers model versions. A version never changes; the same content is registered once per model. Versions of one model
 * are numbered under a lock.
 */
@Singleton
class ModelRegistry {
    private final JdbiModels models;
    private final JdbiArtifacts artifacts;
    private final Clock clock;

    ModelRegistry(JdbiModels models, JdbiArtifacts artifacts, Clock clock) {
        this.models = models;
        this.artifacts = artifacts;
        this.clock = clock;
    }

    /**
     * Registers the next version.
     *
     * @throws ControlPlaneException {@code MODEL_VERSION_EXISTS}, naming it, if the model has this content already
     */
    ModelVersionId registerNext(Tx tx, NewModelVersion version) {
        String model = version.description().name();
        models.lock(tx, model, clock.instant());
        models.findByContent(tx, model, version.contentSha256()).ifPresent(same -> {
            throw exists(
                    "this very content is registered as version " + same.id().version() + " of model '" + model + "'");
        });
        return insert(tx, new ModelVersionId(model, models.latestVersion(tx, model) + 1), version);
    }

    /**
     * The version of that number with that content, registered now if it wasn't.
     *
     * @throws ControlPlaneException {@code MODEL_VERSION_EXISTS} if the number has other content, or the content another
     *     number
     */
    ModelVersionId registerAs(Tx tx, ModelVersionId id, NewModelVersion version) {
        models.lock(tx, id.model(), clock.instant());
        Optional<JdbiModels.Registered> sameNumber = models.find(tx, id.model(), id.version());
        if (sameNumber.isPresent()) {
            if (!sameNumber.get().contentSha256().equals(version.contentSha256())) {
                throw exists("version " + id.version() + " of model '" + id.model() + "' exists with other content");
            }
            return id;
        }
        models.findByContent(tx, id.model(), version.contentSha256()).ifPresent(same -> {
            throw exists("the content announced as " + id + " is registered as " + same.id());
        });
        return insert(tx, id, version);
    }

    private ModelVersionId insert(Tx tx, ModelVersionId id, NewModelVersion version) {
        Instant now = clock.instant();
        ModelArtifacts all = version.artifacts();
        if (all.hasTraining()) {
            artifacts.record(tx, StoredArtifact.of(all.getTraining().getArtifact()), now);
        }
        Stream.concat(
                        Stream.of(all.getDescription()),
                        Stream.concat(
                                        Stream.of(all.getOnnx(), all.getCalibration(), all.getValidation()),
                                        all.getExternalDataList().stream())
                                .map(NamedArtifact::getArtifact))
                .forEach(ref -> artifacts.record(tx, StoredArtifact.of(ref), now));
        models.insert(tx, id, version, now);
        return id;
    }

    private static ControlPlaneException exists(String message) {
        return new ControlPlaneException(ReasonCode.MODEL_VERSION_EXISTS, message);
    }
}
