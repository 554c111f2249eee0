package io.quantfleet.controlplane.rollout;

import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.v1.SignedManifest;
import java.util.UUID;

/** A manifest that has to be on the broker. */
public record Deliverable(UUID deploymentId, UUID rolloutId, DeviceId device, SignedManifest manifest) {}
