package io.quantfleet.quantizer.prepare;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.util.List;
import java.util.Map;

/** Compares a rewritten model with the original on a few samples: better no variant than one of another function. */
final class SameFunction {
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
    static void check(List<Map<String, float[]>> before, List<Map<String, float[]>> after) {
        for (int run = 0; run < before.size(); run++) {
            Map<String, float[]> actual = after.get(run);
            before.get(run).forEach((name, expected) -> compare(name, expected, actual.getOrDefault(name, new float[0])));
        }
    }

    private static void compare(String name, float[] expected, float[] actual) {
        double largest = 0;
        double difference = expected.length == actual.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(expected.length, actual.length); i++) {
            // What is not finite is calibration's to refuse, which can name where it arises.
            if (Float.isFinite(expected[i])) {
                largest = Math.max(largest, Math.abs(expected[i]));
                difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
            }
        }
        if (!(difference <= TOLERANCE * largest + Float.MIN_NORMAL)) {
            throw new QuantizerException(
                    ReasonCode.QUANTIZATION_FAILED,
                    "rewriting the graph changed output " + name + " by " + difference + " where its largest value is "
                            + largest + "; please report this model");
        }
    }
}
