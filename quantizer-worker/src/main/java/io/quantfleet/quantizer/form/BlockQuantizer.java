package io.quantfleet.quantizer.form;

import java.nio.FloatBuffer;

/**
 * Quantizes a matrix in blocks of rows, each column's block with a scale of its own, into what ONNX Runtime's MatMulNBits
 * reads: column by column, block by block, two integers of 4 bits a byte. A block's scale is the one of least squared
 * error among a few that cut off a little. Reads the matrix once, block after block: besides the result it needs room
 * for one block of every column.
 */
final class BlockQuantizer {
    /** How much of a block's range the candidates keep. */
    private static final float[] KEPT = {1, 0.95f, 0.9f, 0.85f, 0.8f};

    private final int bits;
    private final int blockSize;
    private final boolean symmetric;
    private final int greatest;

    BlockQuantizer(WeightOnlyOptions options) {
        this.bits = options.bits();
        this.blockSize = options.blockSize();
        this.symmetric = options.symmetric();
        this.greatest = (1 << bits) - 1;
    }

    /** A quantized matrix. */
    static final class Blocks {
        private final byte[] integers;
        private final float[] scales;
        private final byte[] zeroPoints;
        private final int blocks;

        private Blocks(byte[] integers, float[] scales, byte[] zeroPoints, int blocks) {
            this.integers = integers;
            this.scales = scales;
            this.zeroPoints = zeroPoints;
            this.blocks = blocks;
        }

        /** By column and block; not a copy. */
        byte[] integers() {
            return integers;
        }

        /** By column and block; not a copy. */
        float[] scales() {
            return scales;
        }

        /**
         * By column and block, packed like the integers and each column begun on a byte of its own; empty if all are in
         * the middle. Not a copy.
         */
        byte[] zeroPoints() {
            return zeroPoints;
        }

        /** Blocks in a column. */
        int blocks() {
            return blocks;
        }
    }

    Blocks quantize(StoredMatrix matrix, WeightSource source) {
        int blocks = (matrix.rows() + blockSize - 1) / blockSize;
        int columns = matrix.columns();
        Blocks result = new Blocks(
                new byte[Math.multiplyExact(Math.multiplyExact(columns, blocks), blockSize * bits / Byte.SIZE)],
                new float[columns * blocks],
                symmetric ? new byte[0] : new byte[columns * zeroPointBytes(blocks)],
                blocks);
        if (matrix.transposed()) {
            quantizeColumns(matrix, source, result);
        } else {
            quantizeRows(matrix, source, result);
        }
        return result;
    }

    private int zeroPointBytes(int blocks) {
        return (blocks * bits + Byte.SIZE - 1) / Byte.SIZE;
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
        float scale = 0;
        int zero = 0;
        double least = Double.POSITIVE_INFINITY;
        for (float kept : KEPT) {
            float candidate = kept * scale(low, high);
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

    private float scale(float low, float high) {
        if (symmetric) {
            // The largest magnitude takes the lowest integer, which is one step further from the middle. No negative
            // zero.
            return (-low > high ? low : high) / -(1 << (bits - 1)) + 0f;
        }
        return (high - low) / greatest;
    }

    private int zero(float low, float scale) {
        return symmetric || scale == 0 ? 1 << (bits - 1) : Math.max(0, Math.min(greatest, Math.round(-low / scale)));
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
        int place = column * result.blocks() + index;
        result.scales()[place] = scale;
        for (int i = 0; i < blockSize; i++) {
            int value = i < length ? integer(block[i], scale, zero) : zero;
            put(result.integers(), (long) place * blockSize + i, value);
        }
        if (!symmetric) {
            long slots = (long) zeroPointBytes(result.blocks()) * Byte.SIZE / bits;
            put(result.zeroPoints(), column * slots + index, zero);
        }
    }

    private void put(byte[] packed, long slot, int value) {
        if (bits == Byte.SIZE) {
            packed[(int) slot] = (byte) value;
        } else {
            packed[(int) (slot / 2)] |= (byte) (slot % 2 == 0 ? value : value << bits);
        }
    }
}
