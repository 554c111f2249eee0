package io.quantfleet.controlplane.console.telemetry;

/** A variant as telemetry names it. */
public record VariantKey(String modelName, int modelVersion, String deviceClass, String sha256) {}
