package io.quantfleet.quantizer.form;

import java.util.Set;

/**
 * How weights are quantized alone.
 *
 * @param bits 4 or 8
 * @param blockSize how many weights that follow each other in a column share a scale: 16, 32, 64 or 128
 * @param symmetric whether zero is in the middle of the integers; otherwise each block has a zero point of its own, which
 *     costs a little room and suits weights that lean to one side
 * @param accuracyLevel what the runtime may compute with: 0 for what it likes, 1 for FP32, 4 for 8-bit integers, which is
 *     fastest
 * @param excluded names of nodes that are left alone
 */
public record WeightOnlyOptions(int bits, int blockSize, boolean symmetric, int accuracyLevel, Set<String> excluded) {
    private static final Set<Integer> BLOCK_SIZES = Set.of(16, 32, 64, 128);
    private static final int HIGHEST_ACCURACY_LEVEL = 4;

    public WeightOnlyOptions {
        excluded = Set.copyOf(excluded);
        if (bits != 4 && bits != 8) {
            throw new IllegalArgumentException("weights take 4 or 8 bits, not " + bits);
        }
        if (!BLOCK_SIZES.contains(blockSize)) {
            throw new IllegalArgumentException("a block has 16, 32, 64 or 128 weights, not " + blockSize);
        }
        if (accuracyLevel < 0 || accuracyLevel > HIGHEST_ACCURACY_LEVEL) {
            throw new IllegalArgumentException("an accuracy level is 0 to 4, not " + accuracyLevel);
        }
    }

    /** Symmetric, in blocks of 32, computed with 8-bit integers. */
    public static WeightOnlyOptions ofBits(int bits) {
        return new WeightOnlyOptions(bits, 32, true, HIGHEST_ACCURACY_LEVEL, Set.of());
    }

    /** How reports name the method: {@code weight-only-int4-b32}. */
    public String method() {
        return "weight-only-int" + bits + "-b" + blockSize + (symmetric ? "" : "-asymmetric");
    }
}
