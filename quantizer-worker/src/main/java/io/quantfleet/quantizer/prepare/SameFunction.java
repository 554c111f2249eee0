package io.quantfleet.quantizer.prepare;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Compares a rewritten model with the original on a few samples: better no variant than one of another function. */
public final class SameFunction {
    /** Rounding apart, relative to the largest element of an output. */
    private static final double TOLERANCE = 1e-3;

    private SameFunction() {}

    /**
     * Compares what two models gave.
     *
     * @param before the original's outputs, run by run
     * @param after the rewritten model's, on the same samples
     * @throws QuantizerException if they differ
     */
    public static void check(List<Map<String, float[]>> before, List<Map<String, float[]>> after) {
        for (int run = 0; run < before.size(); run++) {
            Map<String, float[]> actual = after.get(run);
            before.get(run)
                    .forEach((name, expected) -> compare(name, expected, actual.getOrDefault(name, new float[0])));
        }
    }

    /**
     * Whether a batch of two has twice as much to show as its first sample alone, beginning with the same.
     *
     * @param outputs of a run on one sample, and of one on that and another
     */
    static boolean ofEachSample(List<Map<String, float[]>> outputs) {
        if (outputs.size() != 2) {
            return false;
        }
        for (Map.Entry<String, float[]> alone : outputs.get(0).entrySet()) {
            float[] one = alone.getValue();
            float[] both = outputs.get(1).getOrDefault(alone.getKey(), new float[0]);
            if (both.length != 2 * one.length || !close(one, Arrays.copyOf(both, one.length))) {
                return false;
            }
        }
        return true;
    }

    private static boolean close(float[] expected, float[] actual) {
        return difference(expected, actual) <= tolerance(expected);
    }

    private static void compare(String name, float[] expected, float[] actual) {
        if (!close(expected, actual)) {
            throw new QuantizerException(
                    ReasonCode.QUANTIZATION_FAILED,
                    "rewriting the graph changed output " + name + " by " + difference(expected, actual)
                            + " where its largest value is " + largest(expected) + "; please report this model");
        }
    }

    // What is not finite is calibration's to refuse, which can name where it arises.
    private static double difference(float[] expected, float[] actual) {
        double difference = expected.length == actual.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(expected.length, actual.length); i++) {
            if (Float.isFinite(expected[i])) {
                difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
            }
        }
        return difference;
    }

    private static double tolerance(float[] expected) {
        return TOLERANCE * largest(expected) + Float.MIN_NORMAL;
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Float.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
        }
        return largest;
    }
}
