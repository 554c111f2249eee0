package io.quantfleet.cli.client;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A rollout; {@code state} is DRAFT, SCHEDULED, RUNNING, PAUSED, ROLLING_BACK, FINISHED, ROLLED_BACK, ABORTED or
 * SUPERSEDED.
 */
public record Rollout(String id, String fleet, String model, int version, String state, List<Target> devices) {
    private static final Set<String> OPEN = Set.of("RUNNING", "PAUSED", "ROLLING_BACK");

    public Rollout {
        devices = List.copyOf(Objects.requireNonNullElse(devices, List.of())); // Jackson: null where absent
    }

    /** Whether devices are still expected to move. */
    public boolean isOpen() {
        return OPEN.contains(state);
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
