package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.runtime.InParallel;
import java.util.ArrayList;
import java.util.List;

/**
 * Rounds weights to the nearest integer, with the scale of each block chosen for the least error of what the block adds to the
 * layer's output rather than of the weights themselves (AWQ's search for weights to cut off). Several threads share the columns.
 */
final class ClippedRounding implements SampledWeights.Choice {
    private final WeightOnlyOptions options;
    private final int threads;

    ClippedRounding(WeightOnlyOptions options, int threads) {
        this.options = options;
        this.threads = threads;
    }

    @Override
    public Blocks round(StoredMatrix matrix, float[] weights, InputStatistics seen) {
        Blocks result = new Blocks(matrix, options);
        int share = result.share(threads);
        List<Runnable> tasks = new ArrayList<>();
        for (int first = 0; first < matrix.columns(); first += share) {
            int from = first;
            int to = Math.min(matrix.columns(), first + share);
            tasks.add(() -> round(matrix, weights, seen, from, to, result));
        }
        try (InParallel parallel = new InParallel(threads)) {
            parallel.run(tasks);
        }
        return result;
    }

    private void round(StoredMatrix matrix, float[] weights, InputStatistics seen, int from, int to, Blocks result) {
        BlockGrid grid = BlockGrid.clipping(options);
        int size = options.blocks().size();
        float[] block = new float[size];
        for (int index = 0; index < result.count(); index++) {
            int first = index * size;
            int length = Math.min(size, matrix.rows() - first);
            BlockGrid.Misfit error = new OutputError(seen, first, size);
            for (int column = from; column < to; column++) {
                for (int i = 0; i < length; i++) {
                    block[i] = weights[matrix.element(first + i, column)];
                }
                grid.choose(block, length, error);
                result.begin(column, index, grid.scale(), grid.zero());
                for (int i = 0; i < length; i++) {
                    result.put(column, first + i, grid.integer(block[i], grid.scale(), grid.zero()));
                }
            }
        }
    }

    /** What the rounding of some rows alone adds to the squared error of the layer's output. */
    private static final class OutputError implements BlockGrid.Misfit {
        private final InputStatistics seen;
        private final int first;
        private final float[] differences;

        OutputError(InputStatistics seen, int first, int size) {
            this.seen = seen;
            this.first = first;
            this.differences = new float[size];
        }

        @Override
        public double of(BlockGrid grid, float[] block, int length, float scale, int zero) {
            for (int i = 0; i < length; i++) {
                differences[i] = grid.difference(block[i], scale, zero);
            }
            double sum = 0;
            for (int i = 0; i < length; i++) {
                int row = (first + i) * seen.channels() + first;
                float product = 0;
                for (int j = 0; j < length; j++) {
                    product += seen.products()[row + j] * differences[j];
                }
                sum += (double) product * differences[i];
            }
            return sum;
        }
    }
}
