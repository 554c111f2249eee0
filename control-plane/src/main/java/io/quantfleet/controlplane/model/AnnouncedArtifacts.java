package io.quantfleet.controlplane.model;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.quantfleet.protocols.artifact.StoredArtifact;
import io.quantfleet.protocols.v1.ArtifactRef;
import io.quantfleet.protocols.v1.ModelArtifacts;
import io.quantfleet.protocols.v1.NamedArtifact;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Checks that what an event says is in the object store is there. */
@Singleton
class AnnouncedArtifacts {
    private static final int MAX_DESCRIPTION_BYTES = 1 << 20;

    private final ObjectStore store;

    AnnouncedArtifacts(ObjectStore store) {
        this.store = store;
    }

    /**
     * The same artifacts, with their real sizes.
     *
     * @throws ControlPlaneException {@code ARTIFACT_MISSING}, naming the first that is not there
     */
    ModelArtifacts check(ModelArtifacts artifacts) {
        ModelArtifacts.Builder checked = artifacts.toBuilder()
                .setDescription(check("description", artifacts.getDescription()))
                .setOnnx(check("onnx", artifacts.getOnnx()))
                .setCalibration(check("calibration", artifacts.getCalibration()))
                .setValidation(check("validation", artifacts.getValidation()))
                .clearExternalData();
        if (artifacts.hasTraining()) {
            checked.setTraining(check("training", artifacts.getTraining()));
        }
        artifacts.getExternalDataList().forEach(data -> checked.addExternalData(check("externalData", data)));
        return checked.build();
    }

    /** The text of a small artifact. */
    String text(ArtifactRef ref) {
        StoredArtifact artifact = StoredArtifact.of(ref);
        if (artifact.size() > MAX_DESCRIPTION_BYTES) {
            throw new ControlPlaneException(
                    ReasonCode.DESCRIPTION_INVALID,
                    "the description has " + artifact.size() + " bytes; that is no text");
        }
        try (InputStream in = store.open(artifact.sha256())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private NamedArtifact check(String what, NamedArtifact artifact) {
        String name = artifact.getName();
        if (!FileNames.isPlain(name)) {
            throw ControlPlaneException.invalid("'" + name + "' can't be the file name of " + what);
        }
        return artifact.toBuilder()
                .setArtifact(check(what, artifact.getArtifact()))
                .build();
    }

    private ArtifactRef check(String what, ArtifactRef ref) {
        StoredArtifact named;
        try {
            named = StoredArtifact.of(ref);
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.invalid("the event's " + what + ": " + e.getMessage());
        }
        try {
            return store.find(named.sha256())
                    .orElseThrow(() -> new ControlPlaneException(
                            ReasonCode.ARTIFACT_MISSING,
                            "the event's " + what + " is not in the object store: " + named.sha256()))
                    .toRef();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static ControlPlaneException unreadable(IOException e) {
        return new ControlPlaneException(ReasonCode.UNAVAILABLE, "the object store can't be read: " + e, e);
    }
}
