package io.quantfleet.cli.client;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A rollout; {@code state} is PUBLISHING, ROLLING, SUCCEEDED, FAILED or SUPERSEDED. */
public record Rollout(String id, String fleet, String model, int version, String state, List<Target> devices) {
    public Rollout {
        devices = List.copyOf(Objects.requireNonNullElse(devices, List.of())); // Jackson: null where absent
    }

    /** Whether devices are still expected to move. */
    public boolean isOpen() {
        return state.equals("PUBLISHING") || state.equals("ROLLING");
    }

    /** One device's part. */
    public record Target(
            String deviceId,
            String deviceClass,
            String state,
            @Nullable String reasonCode,
            @Nullable String reason,
            String variantSha256,
            long fetchedBytes,
            long totalBytes) {}
}
