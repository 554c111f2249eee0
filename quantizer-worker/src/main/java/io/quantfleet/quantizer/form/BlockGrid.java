package io.quantfleet.quantizer.form;

/**
 * Chooses scale and zero point of one block after another: those of least error among a few that cut off more or less of
 * the block's range. For use by one thread.
 */
final class BlockGrid {
    private static final float[] ALL = {1};
    private static final float[] ROUNDED = {1, 0.95f, 0.9f, 0.85f, 0.8f};
    private static final float[] CLIPPED = {1, 0.95f, 0.9f, 0.85f, 0.8f, 0.75f, 0.7f, 0.65f, 0.6f, 0.55f, 0.5f};

    private final boolean symmetric;
    private final boolean positive;
    private final float[] kept;
    private final int greatest;
    private final int middle;
    private float scale;
    private int zero;

    /** How far a block is from what it would be on a grid. */
    @FunctionalInterface
    interface Misfit {
        /** Something that grows with the error of the block's first {@code length} weights. */
        double of(BlockGrid grid, float[] block, int length, float scale, int zero);
    }

    /** The sum of squares. */
    static final Misfit SQUARES = (grid, block, length, scale, zero) -> {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            float error = grid.difference(block[i], scale, zero);
            sum += (double) error * error;
        }
        return sum;
    };

    private BlockGrid(WeightOnlyOptions options, float[] kept) {
        this.symmetric = options.blocks().symmetric();
        // Where scales are stored for DequantizeLinear they must be above zero.
        this.positive = options.encoding() == BlockEncoding.QDQ;
        this.kept = kept;
        this.greatest = (1 << options.bits()) - 1;
        this.middle = 1 << (options.bits() - 1);
        this.zero = middle;
    }

    /** One that cuts off up to a fifth of a block's range. */
    static BlockGrid of(WeightOnlyOptions options) {
        return new BlockGrid(options, ROUNDED);
    }

    /** One that cuts off nothing. */
    static BlockGrid ofWholeRange(WeightOnlyOptions options) {
        return new BlockGrid(options, ALL);
    }

    /** One that cuts off up to half of a block's range. */
    static BlockGrid clipping(WeightOnlyOptions options) {
        return new BlockGrid(options, CLIPPED);
    }

    /** Chooses for the first {@code length} weights. */
    void choose(float[] block, int length, Misfit misfit) {
        float low = 0;
        float high = 0;
        for (int i = 0; i < length; i++) {
            low = Math.min(low, block[i]);
            high = Math.max(high, block[i]);
        }
        scale = 0;
        zero = middle;
        double least = Double.POSITIVE_INFINITY;
        for (float share : kept) {
            float candidate = share * scale(low, high);
            if (positive) {
                // Zeros take any scale; one that is not normal can't be divided by everywhere.
                candidate = candidate == 0 ? 1 : Math.max(Float.MIN_NORMAL, candidate);
            }
            int candidateZero = zero(share * low, candidate);
            double sum = misfit.of(this, block, length, candidate, candidateZero);
            if (sum < least) {
                least = sum;
                scale = candidate;
                zero = candidateZero;
            }
        }
    }

    /** What was chosen last. */
    float scale() {
        return scale;
    }

    /** What was chosen last: the integer that stands for zero. */
    int zero() {
        return zero;
    }

    private float scale(float low, float high) {
        if (!symmetric) {
            return (high - low) / greatest;
        }
        if (positive) {
            return Math.max(-low / middle, high / (middle - 1));
        }
        // The largest magnitude takes the lowest integer, which is one step further from the middle. No negative zero.
        return (-low > high ? low : high) / -middle + 0f;
    }

    private int zero(float low, float candidate) {
        return symmetric || candidate == 0 ? middle : Math.max(0, Math.min(greatest, Math.round(-low / candidate)));
    }

    /** The nearest integer, counted from 0. */
    int integer(float value, float ofScale, int ofZero) {
        return ofScale == 0 ? ofZero : Math.max(0, Math.min(greatest, nearest(value / ofScale) + ofZero));
    }

    // Halves go up, as with Math.round, which takes several times as long.
    private static int nearest(float steps) {
        float shifted = steps + 0.5f;
        int whole = (int) shifted;
        return whole > shifted ? whole - 1 : whole;
    }

    /** What rounding to the nearest integer adds to a weight. */
    float difference(float value, float ofScale, int ofZero) {
        return (integer(value, ofScale, ofZero) - ofZero) * ofScale - value;
    }

    /**
     * What rounding adds to each weight of a column, block after block by {@link #SQUARES}.
     *
     * @param factors that weights are multiplied by before they are rounded, and divided by afterwards
     * @param size of a block
     */
    float[] differences(float[] column, double[] factors, int size) {
        float[] differences = new float[column.length];
        float[] block = new float[size];
        for (int first = 0; first < column.length; first += size) {
            int length = Math.min(size, column.length - first);
            for (int i = 0; i < length; i++) {
                block[i] = (float) (column[first + i] * factors[first + i]);
            }
            choose(block, length, SQUARES);
            for (int i = 0; i < length; i++) {
                differences[first + i] = (float) (difference(block[i], scale, zero) / factors[first + i]);
            }
        }
        return differences;
    }
}
