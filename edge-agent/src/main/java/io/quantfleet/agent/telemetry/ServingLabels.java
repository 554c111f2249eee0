package io.quantfleet.agent.telemetry;

import com.google.protobuf.ByteString;
import io.quantfleet.protocols.mqtt.TelemetryFormat;
import io.quantfleet.protocols.v1.Manifest;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Which deployment the figures of a window belong to. A window never spans two.
 *
 * @param variant SHA-256
 * @param tokens whether the model chooses tokens, which are not counted one by one
 */
public record ServingLabels(
        String deploymentId, ByteString variant, String modelName, int modelVersion, boolean tokens) {
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /** The labels of what a manifest deploys. */
    public static ServingLabels of(Manifest manifest, boolean tokens) {
        return new ServingLabels(
                manifest.getDeploymentId(),
                ByteString.copyFrom(HexFormat.of()
                        .parseHex(manifest.getVariant().getArtifact().getSha256())),
                manifest.getModelName(),
                manifest.getModelVersion(),
                tokens);
    }

    /** Writes them into a window of format 2. */
    public void label(TelemetryWindow.Builder window) {
        window.setFormat(TelemetryFormat.CURRENT)
                .setVariant(variant)
                .setModelName(modelName)
                .setModelVersion(modelVersion);
        // A control plane names deployments by UUIDs, which have less than half the size as bytes.
        if (UUID_TEXT.matcher(deploymentId).matches()) {
            UUID id = UUID.fromString(deploymentId);
            ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(id.getMostSignificantBits())
                    .putLong(id.getLeastSignificantBits())
                    .flip();
            window.setDeployment(ByteString.copyFrom(bytes));
        } else {
            window.setDeploymentId(deploymentId);
        }
    }
}
