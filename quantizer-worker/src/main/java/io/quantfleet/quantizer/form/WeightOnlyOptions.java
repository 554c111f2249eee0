package io.quantfleet.quantizer.form;

import java.util.Set;

/**
 * How weights are quantized alone.
 *
 * @param bits 4 or 8
 * @param blocks how they are divided and stored
 * @param excluded names of nodes that are left alone
 * @param halves whether what is not quantized is stored as 16-bit floats
 */
public record WeightOnlyOptions(int bits, WeightBlocks blocks, Set<String> excluded, boolean halves) {
    /** From then on DequantizeLinear has blocks, and integers of 4 bits. */
    private static final int OPSET_OF_BLOCKS = 21;

    public WeightOnlyOptions {
        excluded = Set.copyOf(excluded);
        if (bits != 4 && bits != 8) {
            throw new IllegalArgumentException("weights take 4 or 8 bits, not " + bits);
        }
    }

    /** What is not quantized stays FP32. */
    public WeightOnlyOptions(int bits, WeightBlocks blocks, Set<String> excluded) {
        this(bits, blocks, excluded, false);
    }

    /** Symmetric, in blocks of 32, computed with 8-bit integers by MatMulNBits. */
    public static WeightOnlyOptions ofBits(int bits) {
        return new WeightOnlyOptions(bits, WeightBlocks.usual(), Set.of());
    }

    /** How reports name the method: {@code weight-only-int4-b32}. */
    public String method() {
        return "weight-only-int" + bits + "-b" + blocks.size() + (blocks.symmetric() ? "" : "-asymmetric")
                + (encoding() == BlockEncoding.QDQ ? "-qdq" : "") + (halves ? "-fp16-rest" : "");
    }

    BlockEncoding encoding() {
        return blocks.encoding().orElse(BlockEncoding.MATMUL_N_BITS);
    }

    /** The oldest opset that has the operators, or 0 if any does. */
    int opset() {
        return encoding() == BlockEncoding.QDQ ? OPSET_OF_BLOCKS : 0;
    }
}
