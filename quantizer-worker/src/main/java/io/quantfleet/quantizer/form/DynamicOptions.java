package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.target.IntegerType;
import java.util.Set;

/**
 * How a model is quantized whose activations get their scales anew at every run.
 *
 * @param weights int8 for ARM and for x86 with VNNI; uint8 for older x86 processors, whose products of unsigned and
 *     signed bytes saturate
 * @param perChannel whether each column or channel of a weight has a scale of its own
 * @param convolutions whether convolutions are quantized, too; few runtimes are fast at that
 * @param excluded names of nodes that are left alone
 */
public record DynamicOptions(IntegerType weights, boolean perChannel, boolean convolutions, Set<String> excluded) {

    public DynamicOptions {
        excluded = Set.copyOf(excluded);
        if (weights.bytes() > 1) {
            throw new IllegalArgumentException("weights are int8 or uint8, not " + weights);
        }
        if (perChannel && weights != IntegerType.INT8) {
            throw new IllegalArgumentException("weights with a scale for each channel are int8");
        }
    }

    /** Matrix products with int8 weights, a scale for each column. */
    public static DynamicOptions usual() {
        return new DynamicOptions(IntegerType.INT8, true, false, Set.of());
    }

    /** How reports name the method: {@code dynamic-int8}. */
    public String method() {
        return "dynamic-int8" + (weights.signed() ? "" : "-u8") + (perChannel ? "" : "-per-tensor");
    }
}
