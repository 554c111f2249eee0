package io.quantfleet.quantizer.quantize;

import io.quantfleet.quantizer.calibration.Range;
import io.quantfleet.quantizer.target.IntegerType;

/**
 * How a real number is stored as an integer: real = scale × (integer − zeroPoint).
 *
 * @param type the integer type
 * @param scale the distance of two neighbouring values, positive and normal
 * @param zeroPoint the integer that stands for zero
 */
record Affine(IntegerType type, float scale, int zeroPoint) {

    Affine {
        if (!(scale >= Float.MIN_NORMAL) || Float.isInfinite(scale)) {
            throw new IllegalArgumentException("a scale must be positive, normal and finite, not " + scale);
        }
        if (zeroPoint < type.least() || zeroPoint > type.greatest()) {
            throw new IllegalArgumentException("zero point " + zeroPoint + " is not an " + type);
        }
    }

    /** What expresses a range best: with zero point 0 and both signs alike, or from end to end. */
    static Affine of(Range observed, IntegerType type, boolean symmetric) {
        Range range = observed.withZero();
        if (symmetric) {
            float largest = Math.max(-range.min(), range.max());
            return new Affine(type, scale((double) largest / type.greatest()), 0);
        }
        int steps = type.greatest() - type.least();
        float scale = scale(((double) range.max() - range.min()) / steps);
        long zeroPoint = Math.round(type.least() - (double) range.min() / scale);
        return new Affine(type, scale, (int) Math.max(type.least(), Math.min(type.greatest(), zeroPoint)));
    }

    /** The scale itself, or one that can be computed with where it is zero or nearly so. */
    static float scale(double wanted) {
        if (wanted == 0) {
            return 1;
        }
        return (float) Math.min(Math.max(wanted, Float.MIN_NORMAL), Float.MAX_VALUE);
    }

    /** The integer nearest to a real number, ties to even as runtimes round. */
    int quantize(float value) {
        double nearest = Math.rint((double) value / scale) + zeroPoint;
        return (int) Math.max(type.least(), Math.min(type.greatest(), nearest));
    }

    /** The least real number that can be expressed. */
    float lowest() {
        return (type.least() - zeroPoint) * scale;
    }

    /** The greatest real number that can be expressed. */
    float highest() {
        return (type.greatest() - zeroPoint) * scale;
    }
}
