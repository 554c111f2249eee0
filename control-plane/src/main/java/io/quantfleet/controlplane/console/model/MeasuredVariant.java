package io.quantfleet.controlplane.console.model;

/**
 * A variant of a model by what the worker measured of it.
 *
 * @param accuracy on the validation set, 0 to 1
 * @param p50 of the latency, milliseconds
 */
public record MeasuredVariant(
        int version, String deviceClass, String verdict, double accuracy, double p50, long bytes) {
    /** Whether it is at least as good in all three, and better in one. */
    boolean dominates(MeasuredVariant other) {
        boolean asGood = accuracy >= other.accuracy && p50 <= other.p50 && bytes <= other.bytes;
        return asGood && (accuracy > other.accuracy || p50 < other.p50 || bytes < other.bytes);
    }
}
