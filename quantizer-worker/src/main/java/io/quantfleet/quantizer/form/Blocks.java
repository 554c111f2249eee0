package io.quantfleet.quantizer.form;

/**
 * A quantized matrix, stored in some layout, block after block as it is made. For use by one thread, or by several of which
 * each stores a {@link #share} of the columns.
 */
final class Blocks {
    private final BlockLayout layout;
    private final int bits;
    private final int blockSize;
    private final int rows;
    private final int columns;
    private final boolean columnsApart;
    private final boolean symmetric;
    private final byte[] integers;
    private final float[] scales;
    private final byte[] zeroPoints;

    Blocks(StoredMatrix matrix, WeightOnlyOptions options) {
        this.layout = BlockLayout.of(matrix, options);
        this.bits = options.bits();
        this.blockSize = options.blocks().size();
        this.rows = matrix.rows();
        this.columns = matrix.columns();
        this.columnsApart = options.encoding() == BlockEncoding.MATMUL_N_BITS;
        this.symmetric = options.blocks().symmetric();
        this.integers = packed(layout.integers());
        this.scales = new float[Math.multiplyExact(matrix.columns(), layout.blocks())];
        this.zeroPoints = symmetric ? new byte[0] : packed(layout.zeroPoints());
    }

    private byte[] packed(long slots) {
        return new byte[Math.toIntExact((slots * bits + Byte.SIZE - 1) / Byte.SIZE)];
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
    int count() {
        return layout.blocks();
    }

    /** How many columns, from a multiple of as many on, a thread of several stores: all if two would write the same byte. */
    int share(int threads) {
        // Two halves of a byte that belong to neighbouring columns are no matter for two threads.
        boolean apart = columns % 2 == 0 || columnsApart;
        return apart ? Math.max(2, (columns / threads + 1) / 2 * 2) : columns;
    }

    /** Whether runtimes can do without scales of zero and below. */
    boolean positiveScales() {
        return layout.positiveScales();
    }

    /** Stores the scale and the zero point of a column's block, and fills up what lies beyond the last row. */
    void begin(int column, int block, float scale, int zero) {
        scales[layout.scale(column, block)] = scale;
        if (!symmetric) {
            put(zeroPoints, layout.zeroPoint(column, block), zero);
        }
        for (int row = rows; layout.padded() && row < (block + 1) * blockSize; row++) {
            put(integers, layout.integer(column, block, row - block * blockSize), zero - layout.offset());
        }
    }

    /** Stores one integer, counted from 0. */
    void put(int column, int row, int integer) {
        put(integers, layout.integer(column, row / blockSize, row % blockSize), integer - layout.offset());
    }

    private void put(byte[] packed, long slot, int value) {
        if (bits == Byte.SIZE) {
            packed[(int) slot] = (byte) value;
        } else {
            int half = value & ((1 << bits) - 1);
            packed[(int) (slot / 2)] |= (byte) (slot % 2 == 0 ? half : half << bits);
        }
    }

    /** What stands for an element when it is read again. */
    float value(int column, int row) {
        int block = row / blockSize;
        int integer = integer(integers, layout.integer(column, block, row % blockSize));
        int zero = symmetric ? middle() : integer(zeroPoints, layout.zeroPoint(column, block));
        return (integer - zero) * scales[layout.scale(column, block)];
    }

    // Signed layouts store what is counted from the middle.
    private int middle() {
        return (1 << (bits - 1)) - layout.offset();
    }

    private int integer(byte[] packed, long slot) {
        boolean signed = layout.offset() > 0;
        if (bits == Byte.SIZE) {
            return signed ? packed[(int) slot] : packed[(int) slot] & 0xff;
        }
        int half = packed[(int) (slot / 2)] >> (slot % 2 * bits) & 0xf;
        return signed && half > 7 ? half - 16 : half;
    }
}
