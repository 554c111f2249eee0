package io.quantfleet.controlplane.console.telemetry;

import java.util.Comparator;

/** A variant as telemetry names it. In order, models are by name, their newest version first. */
public record VariantKey(String modelName, int modelVersion, String deviceClass, String sha256)
        implements Comparable<VariantKey> {
    private static final Comparator<VariantKey> ORDER = Comparator.comparing(VariantKey::modelName)
            .thenComparing(VariantKey::modelVersion, Comparator.reverseOrder())
            .thenComparing(VariantKey::deviceClass)
            .thenComparing(VariantKey::sha256);

    @Override
    public int compareTo(VariantKey other) {
        return ORDER.compare(this, other);
    }
}
