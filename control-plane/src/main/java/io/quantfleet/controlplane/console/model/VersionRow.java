package io.quantfleet.controlplane.console.model;

import java.time.Instant;

/** A version among its siblings: variants by how they fared, and the devices that run one of them. */
public record VersionRow(
        int version, Instant registeredAt, long ready, long rejected, long failed, long open, long devices) {}
