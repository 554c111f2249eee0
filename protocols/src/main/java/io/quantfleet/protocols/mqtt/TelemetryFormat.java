package io.quantfleet.protocols.mqtt;

/** What a {@link io.quantfleet.protocols.v1.TelemetryWindow} is held to beyond its types, by who writes it and who reads it. */
public final class TelemetryFormat {
    /** The format that agents write. */
    public static final int CURRENT = 2;

    /** Bins of the predicted class's score, of equal width from 0 to 1. */
    public static final int CONFIDENCE_BINS = 20;

    /** Classes that a window names; the rarer ones are counted together. */
    public static final int NAMED_CLASSES = 64;

    private TelemetryFormat() {}
}
