package io.quantfleet.controlplane.rollout;

import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.trace.TraceParent;
import io.quantfleet.protocols.v1.SignedManifest;
import java.util.Optional;
import java.util.UUID;

/**
 * A manifest that has to be on the broker.
 *
 * @param chunkSet the chunks that it names; empty if it is from before they were counted
 * @param trace that of the request that moved the rollout last, if it is recorded
 */
public record Deliverable(
        UUID deploymentId,
        UUID rolloutId,
        DeviceId device,
        SignedManifest manifest,
        Optional<Sha256> chunkSet,
        Optional<TraceParent> trace) {}
