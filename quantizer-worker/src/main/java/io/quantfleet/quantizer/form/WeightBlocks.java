package io.quantfleet.quantizer.form;

import java.util.Optional;
import java.util.Set;

/**
 * How weights that are quantized alone are divided and stored, whatever their bits.
 *
 * @param size how many weights that follow each other in a column share a scale: 16, 32, 64 or 128
 * @param symmetric whether zero is in the middle of the integers; otherwise each block has a zero point of its own, which
 *     costs a little room and suits weights that lean to one side
 * @param accuracyLevel what the runtime may compute with: 0 for what it likes, 1 for FP32, 4 for 8-bit integers, which is
 *     fastest. {@link BlockEncoding#QDQ} has no place for it: there it is the session option
 *     {@code session.qdq_matmulnbits_accuracy_level} of whoever loads the variant
 * @param encoding the operators that multiply with blocks; empty for those that suit the runtime
 */
public record WeightBlocks(int size, boolean symmetric, int accuracyLevel, Optional<BlockEncoding> encoding) {
    private static final Set<Integer> SIZES = Set.of(16, 32, 64, 128);
    private static final int USUAL_SIZE = 32;
    private static final int HIGHEST_ACCURACY_LEVEL = 4;

    public WeightBlocks {
        if (!SIZES.contains(size)) {
            throw new IllegalArgumentException("a block has 16, 32, 64 or 128 weights, not " + size);
        }
        if (accuracyLevel < 0 || accuracyLevel > HIGHEST_ACCURACY_LEVEL) {
            throw new IllegalArgumentException("an accuracy level is 0 to 4, not " + accuracyLevel);
        }
    }

    /** Symmetric, 32 weights each, computed with 8-bit integers. */
    public static WeightBlocks usual() {
        return new WeightBlocks(USUAL_SIZE, true, HIGHEST_ACCURACY_LEVEL, Optional.empty());
    }

    /** The same in an encoding. */
    public WeightBlocks in(BlockEncoding chosen) {
        return new WeightBlocks(size, symmetric, accuracyLevel, Optional.of(chosen));
    }

    /** The same in the encoding that was chosen, or else in the one that suits a runtime. */
    public WeightBlocks on(String runtime) {
        return in(encoding.orElseGet(() -> BlockEncoding.suiting(runtime)));
    }
}
