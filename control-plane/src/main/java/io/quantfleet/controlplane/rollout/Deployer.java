package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.Ids;
import io.quantfleet.controlplane.device.JdbiDeviceTimeline;
import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.v1.SignedManifest;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Makes one device's part of a rollout: its next sequence, its signed manifest, a line in its timeline. */
@Singleton
class Deployer {
    private final JdbiDeployments deployments;
    private final JdbiDevices devices;
    private final JdbiDeviceTimeline timeline;
    private final ManifestFactory manifests;
    private final ManifestValidity validity;
    private final Ids ids;

    Deployer(
            JdbiDeployments deployments,
            JdbiDevices devices,
            JdbiDeviceTimeline timeline,
            ManifestFactory manifests,
            ManifestValidity validity,
            Ids ids) {
        this.deployments = deployments;
        this.devices = devices;
        this.timeline = timeline;
        this.manifests = manifests;
        this.validity = validity;
        this.ids = ids;
    }

    /**
     * Orders a device to run a variant.
     *
     * @param deadline after which the device must not act on it any more; as long as manifests are good if empty
     * @return the deployment's id
     */
    UUID deploy(
            Tx tx,
            UUID rollout,
            ModelVersionId model,
            RolloutPlan.Part part,
            Optional<Duration> deadline,
            Instant now) {
        Duration good = deadline.filter(limit -> limit.compareTo(validity.duration()) < 0)
                .orElse(validity.duration());
        UUID id = ids.next();
        long sequence = devices.nextSequence(tx, part.device().id());
        SignedManifest manifest = manifests.make(new ManifestFactory.Order(id, model, part, sequence, good), now);
        deployments.insert(
                tx,
                new JdbiDeployments.NewDeployment(
                        id,
                        rollout,
                        part.device().id(),
                        part.variant().jobId(),
                        sequence,
                        manifest,
                        now,
                        now.plus(good)));
        timeline.add(
                tx,
                part.device().id(),
                new JdbiDeviceTimeline.Entry(
                        now,
                        JdbiDeviceTimeline.Kind.DEPLOYED,
                        Optional.empty(),
                        Optional.of(id),
                        Optional.empty(),
                        Optional.of(model.toString())));
        return id;
    }
}
