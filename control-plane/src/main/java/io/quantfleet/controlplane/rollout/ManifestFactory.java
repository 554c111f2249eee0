package io.quantfleet.controlplane.rollout;

import com.google.protobuf.Timestamp;
import io.quantfleet.controlplane.artifact.ArtifactSources;
import io.quantfleet.controlplane.artifact.ChunkPlans;
import io.quantfleet.controlplane.device.DeviceProfile;
import io.quantfleet.controlplane.device.DeviceProfiles;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.v1.Delta;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedManifest;
import io.quantfleet.protocols.v1.WhenIdle;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Writes and signs what a device shall run. */
@Singleton
class ManifestFactory {
    /** Another processor's kernels may round another way: this many percent and one sample may go wrong more. */
    private static final double SELF_TEST_TOLERANCE = 0.02;

    private final ManifestSigner signer;
    private final ChunkPlans artifacts;
    private final ArtifactSources sources;
    private final DeviceProfiles profiles;

    ManifestFactory(ManifestSigner signer, ChunkPlans artifacts, ArtifactSources sources, DeviceProfiles profiles) {
        this.signer = signer;
        this.artifacts = artifacts;
        this.sources = sources;
        this.profiles = profiles;
    }

    /**
     * What one device is asked for.
     *
     * @param delta from what the device serves now
     * @param validity how long the device may act on it
     * @param whenIdle how it waits until nobody uses the device; empty if it doesn't
     */
    record Order(
            UUID deployment,
            Part part,
            long sequence,
            Optional<Delta> delta,
            Duration validity,
            Optional<Install> whenIdle) {}

    /** A manifest, and as it is to be published. */
    record Made(Manifest manifest, SignedManifest signed) {}

    Made make(Tx tx, Order order, Instant now) {
        Part part = order.part();
        DeviceProfile profile = profiles.of(tx, part.device().deviceClass());
        Instant expires = now.plus(order.validity());
        Manifest.Builder manifest = Manifest.newBuilder()
                .setDeviceId(part.device().id().value())
                .setDeploymentId(order.deployment().toString())
                .setSequence(order.sequence())
                .setModelName(part.model().model())
                .setModelVersion(part.model().version())
                .setDeviceClass(part.device().deviceClass())
                .setFleet(part.device().fleet())
                .setVariant(sources.located(artifacts.of(part.variant().sha256()), expires))
                .setProbeSet(sources.located(artifacts.of(part.variant().probeSet()), expires))
                .setMinProbeAccuracy(minProbeAccuracy(
                        part.variant().probeAccuracy(), part.variant().probeSamples()))
                .setMemoryLimitBytes(profile.memoryLimitBytes().orElse(0))
                .addAllExecutionProviders(profile.executionProviders())
                .setIssuedAt(timestamp(now))
                .setExpiresAt(timestamp(expires));
        order.delta()
                .ifPresent(delta ->
                        manifest.setDelta(delta.toBuilder().setPatch(sources.located(delta.getPatch(), expires))));
        order.whenIdle().ifPresent(install -> manifest.setWhenIdle(whenIdle(install, order.validity(), now)));
        Manifest made = manifest.build();
        return new Made(made, signer.sign(made));
    }

    // Half of the time that is left, where that is less than it may wait: it shall install before the manifest expires.
    private static WhenIdle whenIdle(Install install, Duration validity, Instant now) {
        Duration half = validity.dividedBy(2);
        Duration limit = install.limit().compareTo(half) < 0 ? install.limit() : half;
        return WhenIdle.newBuilder()
                .setQuietFor(com.google.protobuf.Duration.newBuilder()
                        .setSeconds(install.quiet().toSeconds())
                        .setNanos(install.quiet().toNanosPart()))
                .setAtLatest(timestamp(now.plus(limit)))
                .build();
    }

    /** What a device must reach on the probe set, given what the worker reached, 0 to 1. */
    static double minProbeAccuracy(double reached, int samples) {
        return Math.max(0, reached - SELF_TEST_TOLERANCE - 1.0 / Math.max(1, samples));
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}
