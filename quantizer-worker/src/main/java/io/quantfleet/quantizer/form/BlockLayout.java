package io.quantfleet.quantizer.form;

/**
 * Where the parts of a matrix in blocks are stored, and as what. A slot holds one integer; those of 4 bits lie two in a
 * byte, the first in the lower half.
 */
interface BlockLayout {

    /** How a matrix is stored. */
    static BlockLayout of(StoredMatrix matrix, WeightOnlyOptions options) {
        int blocks =
                (matrix.rows() + options.blocks().size() - 1) / options.blocks().size();
        return switch (options.encoding()) {
            case MATMUL_N_BITS ->
                new ByColumn(matrix.columns(), blocks, options.blocks().size(), options.bits());
            case QDQ ->
                new ByRow(
                        matrix.rows(),
                        matrix.columns(),
                        blocks,
                        options.blocks().size(),
                        options.bits(),
                        options.blocks().symmetric());
        };
    }

    /** Blocks in a column. */
    int blocks();

    /** Slots for integers. */
    long integers();

    /** Whether the last block of a column is filled up. */
    boolean padded();

    /** The slot of a column's block's integer. */
    long integer(int column, int block, int index);

    /** Slots for zero points. */
    long zeroPoints();

    /** The slot of a block's zero point. */
    long zeroPoint(int column, int block);

    /** The place of a block's scale. */
    int scale(int column, int block);

    /** What is taken from integers that count from 0. */
    int offset();

    /** Whether runtimes can do without scales of zero and below. */
    boolean positiveScales();

    /** What MatMulNBits reads: column by column, block by block, each column's zero points begun on a byte. */
    record ByColumn(int columns, int blocks, int blockSize, int bits) implements BlockLayout {

        @Override
        public long integers() {
            return (long) columns * blocks * blockSize;
        }

        @Override
        public boolean padded() {
            return true;
        }

        @Override
        public long integer(int column, int block, int index) {
            return ((long) column * blocks + block) * blockSize + index;
        }

        @Override
        public long zeroPoints() {
            return columns * zeroPointsOfAColumn();
        }

        @Override
        public long zeroPoint(int column, int block) {
            return column * zeroPointsOfAColumn() + block;
        }

        private long zeroPointsOfAColumn() {
            int inAByte = Byte.SIZE / bits;
            return (long) (blocks + inAByte - 1) / inAByte * inAByte;
        }

        @Override
        public int scale(int column, int block) {
            return column * blocks + block;
        }

        @Override
        public int offset() {
            return 0;
        }

        @Override
        public boolean positiveScales() {
            return false;
        }
    }

    /** What DequantizeLinear reads: a matrix of integers by rows, and one of scales with a row for each row of blocks. */
    record ByRow(int rows, int columns, int blocks, int blockSize, int bits, boolean signed) implements BlockLayout {

        @Override
        public long integers() {
            return (long) rows * columns;
        }

        @Override
        public boolean padded() {
            return false;
        }

        @Override
        public long integer(int column, int block, int index) {
            return ((long) block * blockSize + index) * columns + column;
        }

        @Override
        public long zeroPoints() {
            return (long) blocks * columns;
        }

        @Override
        public long zeroPoint(int column, int block) {
            return scale(column, block);
        }

        @Override
        public int scale(int column, int block) {
            return block * columns + column;
        }

        @Override
        public int offset() {
            return signed ? 1 << (bits - 1) : 0;
        }

        @Override
        public boolean positiveScales() {
            return true;
        }
    }
}
