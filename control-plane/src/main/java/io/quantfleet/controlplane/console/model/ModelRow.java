package io.quantfleet.controlplane.console.model;

import java.time.Instant;

/** A model by its newest version; {@code devices} run any version of it. */
public record ModelRow(
        String name, int version, String task, long onnxBytes, Instant registeredAt, String source, long devices) {}
