package io.quantfleet.controlplane.rollout;

import com.google.protobuf.Timestamp;
import io.quantfleet.controlplane.artifact.ChunkPlans;
import io.quantfleet.controlplane.model.ModelVersionId;
import io.quantfleet.protocols.manifest.ManifestSigner;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.SignedManifest;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** Writes and signs what a device shall run. */
@Singleton
class ManifestFactory {
    /** Another processor's kernels may round another way: this many percent and one sample may go wrong more. */
    private static final double SELF_TEST_TOLERANCE = 0.02;

    private final ManifestSigner signer;
    private final ChunkPlans artifacts;

    ManifestFactory(ManifestSigner signer, ChunkPlans artifacts) {
        this.signer = signer;
        this.artifacts = artifacts;
    }

    /** @param validity how long the device may act on it */
    record Order(UUID deployment, ModelVersionId model, RolloutPlan.Part part, long sequence, Duration validity) {}

    SignedManifest make(Order order, Instant now) {
        RolloutPlan.Part part = order.part();
        return signer.sign(Manifest.newBuilder()
                .setDeviceId(part.device().id().value())
                .setDeploymentId(order.deployment().toString())
                .setSequence(order.sequence())
                .setModelName(order.model().model())
                .setModelVersion(order.model().version())
                .setDeviceClass(part.device().deviceClass())
                .setFleet(part.device().fleet())
                .setVariant(artifacts.of(part.variant().sha256()))
                .setProbeSet(artifacts.of(part.variant().probeSet()))
                .setMinProbeAccuracy(minProbeAccuracy(
                        part.variant().probeAccuracy(), part.variant().probeSamples()))
                .setIssuedAt(timestamp(now))
                .setExpiresAt(timestamp(now.plus(order.validity())))
                .build());
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
