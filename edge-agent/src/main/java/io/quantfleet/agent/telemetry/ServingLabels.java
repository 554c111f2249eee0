package io.quantfleet.agent.telemetry;

import io.quantfleet.protocols.v1.Manifest;

/** Which deployment the figures of a window belong to. A window never spans two. */
public record ServingLabels(
        String deploymentId,
        String variantSha256,
        String modelName,
        int modelVersion,
        String deviceClass,
        String fleet) {
    /** The labels of what a manifest deploys. */
    public static ServingLabels of(Manifest manifest) {
        return new ServingLabels(
                manifest.getDeploymentId(),
                manifest.getVariant().getArtifact().getSha256(),
                manifest.getModelName(),
                manifest.getModelVersion(),
                manifest.getDeviceClass(),
                manifest.getFleet());
    }
}
