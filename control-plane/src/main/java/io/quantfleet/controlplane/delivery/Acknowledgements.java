package io.quantfleet.controlplane.delivery;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.ReasonCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits until the broker has acknowledged. */
final class Acknowledgements {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Acknowledgements() {}

    /** @throws ControlPlaneException {@code UNAVAILABLE} if one fails or doesn't come within a minute */
    static void await(List<CompletableFuture<Void>> publishes) throws InterruptedException {
        try {
            CompletableFuture.allOf(publishes.toArray(CompletableFuture[]::new))
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new ControlPlaneException(
                    ReasonCode.UNAVAILABLE, "the MQTT broker has not acknowledged a publish: " + e.getMessage(), e);
        }
    }
}
