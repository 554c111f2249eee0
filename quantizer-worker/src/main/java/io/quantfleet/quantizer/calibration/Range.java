package io.quantfleet.quantizer.calibration;

/**
 * The values a tensor takes, from least to greatest, both finite.
 *
 * @param min the least
 * @param max the greatest, not below {@code min}
 */
public record Range(float min, float max) {

    public Range {
        if (!Float.isFinite(min) || !Float.isFinite(max) || min > max) {
            throw new IllegalArgumentException("no range of finite values: " + min + " to " + max);
        }
        // Zero has one sign here, whatever sign a computation left it.
        min += 0f;
        max += 0f;
    }

    /** The range of an array's values; of zero alone if it is empty. */
    public static Range of(float... values) {
        float min = values.length == 0 ? 0 : Float.POSITIVE_INFINITY;
        float max = values.length == 0 ? 0 : Float.NEGATIVE_INFINITY;
        for (float value : values) {
            // Not Math.min alone: a NaN must reach the constructor.
            min = Math.min(min, value);
            max = Math.max(max, value);
        }
        return new Range(min, max);
    }

    /** The least range that holds both. */
    public Range union(Range other) {
        return new Range(Math.min(min, other.min), Math.max(max, other.max));
    }

    /** The least range that holds this one and zero, which every quantized tensor must be able to express. */
    public Range withZero() {
        return new Range(Math.min(min, 0), Math.max(max, 0));
    }
}
