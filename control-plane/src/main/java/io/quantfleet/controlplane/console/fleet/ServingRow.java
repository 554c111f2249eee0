package io.quantfleet.controlplane.console.fleet;

/** How many devices of a class in a fleet run what; an empty model name and hash for those that run nothing. */
public record ServingRow(
        String deviceClass, String modelName, int modelVersion, String variantSha256, long devices, long online) {}
