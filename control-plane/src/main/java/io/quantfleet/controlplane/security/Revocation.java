package io.quantfleet.controlplane.security;

import io.quantfleet.protocols.DeviceId;
import java.time.Instant;

/** The credentials that a device was issued until an instant are void. */
public record Revocation(DeviceId device, Instant issuedUntil) {}
