package io.quantfleet.quantizer.form;

import java.nio.FloatBuffer;

/**
 * Quantizes a matrix in blocks of rows, each column's block with a scale of its own. A block's scale is the one of least
 * squared error among a few that cut off a little. Reads the matrix once, block after block: besides the result it needs
 * room for one block of every column.
 */
final class BlockQuantizer {
    /** How much of a block's range the candidates keep. */
    private static final float[] KEPT = {1, 0.95f, 0.9f, 0.85f, 0.8f};

    private final WeightOnlyOptions options;
    private final int bits;
    private final int blockSize;
    private final boolean symmetric;
    private final int greatest;
    private final int middle;

    BlockQuantizer(WeightOnlyOptions options) {
        this.options = options;
        this.bits = options.bits();
        this.blockSize = options.blocks().size();
        this.symmetric = options.blocks().symmetric();
        this.greatest = (1 << bits) - 1;
        this.middle = 1 << (bits - 1);
    }

    /** A quantized matrix, stored in some layout. */
    static final class Blocks {
        private final BlockLayout layout;
        private final byte[] integers;
        private final float[] scales;
        private final byte[] zeroPoints;

        private Blocks(BlockLayout layout, byte[] integers, float[] scales, byte[] zeroPoints) {
            this.layout = layout;
            this.integers = integers;
            this.scales = scales;
            this.zeroPoints = zeroPoints;
        }

        /** Not a copy. */
        byte[] integers() {
            return integers;
        }

        /** Not a copy. */
        float[] scales() {
            return scales;
        }

        /** Packed like the integers; empty if all are in the middle. Not a copy. */
        byte[] zeroPoints() {
            return zeroPoints;
        }

        /** Blocks in a column. */
        int blocks() {
            return layout.blocks();
        }
    }

    Blocks quantize(StoredMatrix matrix, WeightSource source) {
        BlockLayout layout = BlockLayout.of(matrix, options);
        Blocks result = new Blocks(
                layout,
                packed(layout.integers()),
                new float[Math.multiplyExact(matrix.columns(), layout.blocks())],
                symmetric ? new byte[0] : packed(layout.zeroPoints()));
        if (matrix.transposed()) {
            quantizeColumns(matrix, source, result);
        } else {
            quantizeRows(matrix, source, result);
        }
        return result;
    }

    private byte[] packed(long slots) {
        return new byte[Math.toIntExact((slots * bits + Byte.SIZE - 1) / Byte.SIZE)];
    }

    private void quantizeColumns(StoredMatrix matrix, WeightSource source, Blocks result) {
        float[] column = new float[matrix.rows()];
        float[] block = new float[blockSize];
        for (int n = 0; n < matrix.columns(); n++) {
            source.read((long) n * matrix.rows(), FloatBuffer.wrap(column));
            for (int b = 0; b < result.blocks(); b++) {
                int length = Math.min(blockSize, matrix.rows() - b * blockSize);
                System.arraycopy(column, b * blockSize, block, 0, length);
                quantize(block, length, n, b, result);
            }
        }
    }

    private void quantizeRows(StoredMatrix matrix, WeightSource source, Blocks result) {
        int columns = matrix.columns();
        float[] rows = new float[Math.multiplyExact(blockSize, columns)];
        float[] block = new float[blockSize];
        for (int b = 0; b < result.blocks(); b++) {
            int length = Math.min(blockSize, matrix.rows() - b * blockSize);
            source.read((long) b * blockSize * columns, FloatBuffer.wrap(rows, 0, length * columns));
            for (int n = 0; n < columns; n++) {
                for (int i = 0; i < length; i++) {
                    block[i] = rows[i * columns + n];
                }
                quantize(block, length, n, b, result);
            }
        }
    }

    private void quantize(float[] block, int length, int column, int index, Blocks result) {
        float low = 0;
        float high = 0;
        for (int i = 0; i < length; i++) {
            low = Math.min(low, block[i]);
            high = Math.max(high, block[i]);
        }
        boolean positive = result.layout.positiveScales();
        float scale = 0;
        int zero = middle;
        double least = Double.POSITIVE_INFINITY;
        for (float kept : KEPT) {
            float candidate = kept * scale(low, high, positive);
            if (positive) {
                // Zeros take any scale; one that is not normal can't be divided by everywhere.
                candidate = candidate == 0 ? 1 : Math.max(Float.MIN_NORMAL, candidate);
            }
            int candidateZero = zero(kept * low, candidate);
            double error = error(block, length, candidate, candidateZero);
            if (error < least) {
                least = error;
                scale = candidate;
                zero = candidateZero;
            }
        }
        store(block, length, scale, zero, column, index, result);
    }

    private float scale(float low, float high, boolean positive) {
        if (!symmetric) {
            return (high - low) / greatest;
        }
        if (positive) {
            return Math.max(-low / middle, high / (middle - 1));
        }
        // The largest magnitude takes the lowest integer, which is one step further from the middle. No negative zero.
        return (-low > high ? low : high) / -middle + 0f;
    }

    private int zero(float low, float scale) {
        return symmetric || scale == 0 ? middle : Math.max(0, Math.min(greatest, Math.round(-low / scale)));
    }

    private double error(float[] block, int length, float scale, int zero) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            float error = (integer(block[i], scale, zero) - zero) * scale - block[i];
            sum += (double) error * error;
        }
        return sum;
    }

    private int integer(float value, float scale, int zero) {
        return scale == 0 ? zero : Math.max(0, Math.min(greatest, Math.round(value / scale) + zero));
    }

    private void store(float[] block, int length, float scale, int zero, int column, int index, Blocks result) {
        BlockLayout layout = result.layout;
        result.scales()[layout.scale(column, index)] = scale;
        for (int i = 0; i < (layout.padded() ? blockSize : length); i++) {
            int value = i < length ? integer(block[i], scale, zero) : zero;
            put(result.integers(), layout.integer(column, index, i), value - layout.offset());
        }
        if (!symmetric) {
            put(result.zeroPoints(), layout.zeroPoint(column, index), zero);
        }
    }

    private void put(byte[] packed, long slot, int value) {
        if (bits == Byte.SIZE) {
            packed[(int) slot] = (byte) value;
        } else {
            int half = value & greatest;
            packed[(int) (slot / 2)] |= (byte) (slot % 2 == 0 ? half : half << bits);
        }
    }
}
