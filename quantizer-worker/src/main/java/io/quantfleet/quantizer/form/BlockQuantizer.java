package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.runtime.InParallel;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Rounds every weight of a matrix to the nearest integer of its block, with the scale of least squared error among a few
 * that cut off a little. Reads the matrix once, block after block: besides the result it needs room for one block of every
 * column. Where columns are stored apart from each other, several threads share them.
 */
final class BlockQuantizer implements MatrixRounding {
    private final WeightOnlyOptions options;
    private final int blockSize;
    private final int threads;

    BlockQuantizer(WeightOnlyOptions options) {
        this(options, 1);
    }

    BlockQuantizer(WeightOnlyOptions options, int threads) {
        this.options = options;
        this.blockSize = options.blocks().size();
        this.threads = threads;
    }

    @Override
    public Blocks round(Node layer, StoredMatrix matrix, WeightSource source) {
        return quantize(matrix, source);
    }

    Blocks quantize(StoredMatrix matrix, WeightSource source) {
        Blocks result = new Blocks(matrix, options);
        if (matrix.transposed()) {
            quantizeColumns(matrix, source, result);
        } else {
            quantizeRows(matrix, source, result);
        }
        return result;
    }

    private void quantizeColumns(StoredMatrix matrix, WeightSource source, Blocks result) {
        float[] column = new float[matrix.rows()];
        float[] block = new float[blockSize];
        BlockGrid grid = BlockGrid.of(options);
        for (int n = 0; n < matrix.columns(); n++) {
            source.read((long) n * matrix.rows(), FloatBuffer.wrap(column));
            for (int b = 0; b < result.count(); b++) {
                int length = Math.min(blockSize, matrix.rows() - b * blockSize);
                System.arraycopy(column, b * blockSize, block, 0, length);
                quantize(grid, block, length, n, b, result);
            }
        }
    }

    private void quantizeRows(StoredMatrix matrix, WeightSource source, Blocks result) {
        int columns = matrix.columns();
        float[] rows = new float[Math.multiplyExact(blockSize, columns)];
        int share = result.share(threads);
        try (InParallel parallel = new InParallel(threads)) {
            for (int b = 0; b < result.count(); b++) {
                int index = b;
                int length = Math.min(blockSize, matrix.rows() - b * blockSize);
                source.read((long) b * blockSize * columns, FloatBuffer.wrap(rows, 0, length * columns));
                List<Runnable> tasks = new ArrayList<>();
                for (int first = 0; first < columns; first += share) {
                    int from = first;
                    int to = Math.min(columns, first + share);
                    tasks.add(() -> quantizeRows(rows, columns, length, from, to, index, result));
                }
                parallel.run(tasks);
            }
        }
    }

    private void quantizeRows(float[] rows, int columns, int length, int from, int to, int index, Blocks result) {
        BlockGrid grid = BlockGrid.of(options);
        float[] block = new float[blockSize];
        for (int n = from; n < to; n++) {
            for (int i = 0; i < length; i++) {
                block[i] = rows[i * columns + n];
            }
            quantize(grid, block, length, n, index, result);
        }
    }

    private void quantize(BlockGrid grid, float[] block, int length, int column, int index, Blocks result) {
        grid.choose(block, length, BlockGrid.SQUARES);
        float scale = grid.scale();
        int zero = grid.zero();
        result.begin(column, index, scale, zero);
        for (int i = 0; i < length; i++) {
            result.put(column, index * blockSize + i, grid.integer(block[i], scale, zero));
        }
    }
}
