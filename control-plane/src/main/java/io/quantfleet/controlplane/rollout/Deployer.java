package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.Ids;
import io.quantfleet.controlplane.delta.Deltas;
import io.quantfleet.controlplane.device.JdbiDeviceTimeline;
import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.v1.Delta;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Makes devices' parts of a rollout: the next sequence of each, its signed manifest, a line in its timeline. */
@Singleton
class Deployer {
    private final JdbiDeployments deployments;
    private final JdbiDevices devices;
    private final JdbiDeviceTimeline timeline;
    private final Deltas deltas;
    private final ManifestFactory manifests;
    private final ManifestValidity validity;
    private final Ids ids;

    Deployer(
            JdbiDeployments deployments,
            JdbiDevices devices,
            JdbiDeviceTimeline timeline,
            Deltas deltas,
            ManifestFactory manifests,
            ManifestValidity validity,
            Ids ids) {
        this.deployments = deployments;
        this.devices = devices;
        this.timeline = timeline;
        this.deltas = deltas;
        this.manifests = manifests;
        this.validity = validity;
        this.ids = ids;
    }

    /**
     * What holds for every device that is asked.
     *
     * @param deadline after which it must not act on it any more; as long as manifests are good if empty
     * @param install when it installs; at once if empty
     */
    record Terms(Optional<Duration> deadline, Optional<Install> install) {
        static final Terms AT_ONCE = new Terms(Optional.empty(), Optional.empty());
    }

    /** Orders devices to run variants; the deployments by device. */
    Map<DeviceId, UUID> deploy(Tx tx, UUID rollout, List<Part> parts, Terms terms, Instant now) {
        if (parts.isEmpty()) {
            return Map.of();
        }
        Duration good = terms.deadline()
                .filter(limit -> limit.compareTo(validity.duration()) < 0)
                .orElse(validity.duration());
        Map<DeviceId, JdbiDevices.Next> all =
                devices.next(tx, parts.stream().map(part -> part.device().id()).toList());
        Map<List<Sha256>, Optional<Delta>> ways = new HashMap<>();
        Map<DeviceId, UUID> made = new HashMap<>();
        List<JdbiDeployments.NewDeployment> rows = new ArrayList<>();
        List<JdbiDeviceTimeline.Line> lines = new ArrayList<>();
        for (Part part : parts) {
            DeviceId device = part.device().id();
            UUID id = ids.next();
            JdbiDevices.Next next = Objects.requireNonNull(all.get(device), "a device that has a row");
            // A batch of devices changes between few variants.
            Optional<Delta> delta = next.serves()
                    .flatMap(serves -> ways.computeIfAbsent(
                            List.of(serves, part.variant().sha256()),
                            way -> deltas.between(tx, serves, part.variant().sha256())));
            var order = new ManifestFactory.Order(
                    id, part, next.sequence(), delta, good, terms.install().filter(Install::waits));
            rows.add(new JdbiDeployments.NewDeployment(
                    id,
                    rollout,
                    device,
                    part.variant().jobId(),
                    next.sequence(),
                    manifests.make(tx, order, now),
                    now,
                    now.plus(good)));
            lines.add(new JdbiDeviceTimeline.Line(device, entry(id, part, now)));
            made.put(device, id);
        }
        deployments.insert(tx, rows);
        timeline.addAll(tx, lines);
        return made;
    }

    private static JdbiDeviceTimeline.Entry entry(UUID deployment, Part part, Instant now) {
        return new JdbiDeviceTimeline.Entry(
                now,
                JdbiDeviceTimeline.Kind.DEPLOYED,
                Optional.empty(),
                Optional.of(deployment),
                Optional.empty(),
                Optional.of(part.model().toString()));
    }
}
