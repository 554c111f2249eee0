package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.runtime.InParallel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Rounds the weights of a matrix input channel by input channel, and lets those that are left make up for the error (Frantar
 * et al. 2022, <i>GPTQ</i>, algorithm 1). Columns don't touch each other: a few at a time stay in the processor's cache, and
 * what a batch of channels adds to the later ones is added at once (§ 3.3, lazy batch updates).
 */
final class GptqRounding implements SampledWeights.Choice {
    /** Channels whose errors are added to the later ones together; a multiple of every block's size. */
    private static final int LAZY = 128;

    private static final int COLUMNS = 32;

    private final WeightOnlyOptions options;
    private final GptqOptions gptq;
    private final int threads;

    GptqRounding(WeightOnlyOptions options, GptqOptions gptq, int threads) {
        this.options = options;
        this.gptq = gptq;
        this.threads = threads;
    }

    @Override
    public Blocks round(StoredMatrix matrix, float[] weights, InputStatistics seen) {
        return round(matrix, weights, ErrorFeedback.of(seen, gptq.damping(), gptq.activationOrder()));
    }

    Blocks round(StoredMatrix matrix, float[] weights, ErrorFeedback feedback) {
        Blocks result = new Blocks(matrix, options);
        List<Runnable> tasks = new ArrayList<>();
        for (int first = 0; first < matrix.columns(); first += COLUMNS) {
            int from = first;
            int count = Math.min(COLUMNS, matrix.columns() - first);
            tasks.add(() -> new Tile(matrix, weights, feedback, from, count).round(result));
        }
        try (InParallel parallel = new InParallel(threads)) {
            parallel.run(tasks);
        }
        return result;
    }

    /** Some columns of a matrix, their rows in the order in which they are rounded. */
    private final class Tile {
        private final int size = options.blocks().size();
        private final BlockGrid grid = BlockGrid.of(options);
        private final int rows;
        private final int first;
        private final int count;
        private final int[] order;
        private final float[] factor;
        private final float[] values;
        private final float[] errors;
        private final byte[] integers;
        /** By block and column. */
        private final float[] scales;

        private final int[] zeros;

        Tile(StoredMatrix matrix, float[] weights, ErrorFeedback feedback, int first, int count) {
            this.rows = matrix.rows();
            this.first = first;
            this.count = count;
            this.order = feedback.order();
            this.factor = feedback.factor();
            this.values = new float[rows * count];
            this.errors = new float[LAZY * count];
            this.integers = new byte[rows * count];
            int blocks = (rows + size - 1) / size;
            this.scales = new float[blocks * count];
            this.zeros = new int[blocks * count];
            for (int k = 0; k < rows; k++) {
                for (int t = 0; t < count; t++) {
                    values[k * count + t] = weights[matrix.element(order[k], first + t)];
                }
            }
        }

        void round(Blocks result) {
            if (gptq.activationOrder()) {
                chooseAll();
            }
            for (int start = 0; start < rows; start += LAZY) {
                int end = Math.min(start + LAZY, rows);
                for (int k = start; k < end; k++) {
                    if (!gptq.activationOrder() && k % size == 0) {
                        choose(k, Math.min(size, rows - k), i -> i);
                    }
                    round(k, start, end);
                }
                addLater(start, end);
            }
            synchronized (result) {
                store(result);
            }
        }

        // Where rows are out of order, a block's are everywhere.
        private void chooseAll() {
            int[] place = new int[rows];
            for (int k = 0; k < rows; k++) {
                place[order[k]] = k;
            }
            for (int row = 0; row < rows; row += size) {
                choose(row, Math.min(size, rows - row), i -> place[i]);
            }
        }

        private void choose(int row, int length, IntUnaryOperator place) {
            float[] block = new float[length];
            int at = row / size * count;
            for (int t = 0; t < count; t++) {
                for (int i = 0; i < length; i++) {
                    block[i] = values[place.applyAsInt(row + i) * count + t];
                }
                grid.choose(block, length, BlockGrid.SQUARES);
                scales[at + t] = grid.scale();
                zeros[at + t] = grid.zero();
            }
        }

        private void round(int k, int start, int end) {
            int at = order[k] / size * count;
            int error = (k - start) * count;
            float diagonal = factor[k * rows + k];
            for (int t = 0; t < count; t++) {
                float value = values[k * count + t];
                int integer = grid.integer(value, scales[at + t], zeros[at + t]);
                integers[k * count + t] = (byte) integer;
                errors[error + t] = (value - (integer - zeros[at + t]) * scales[at + t]) / diagonal;
            }
            for (int later = k + 1; later < end; later++) {
                float share = factor[k * rows + later];
                int to = later * count;
                for (int t = 0; t < count; t++) {
                    values[to + t] -= share * errors[error + t];
                }
            }
        }

        // Four channels at once: each value is read and written a quarter as often.
        private void addLater(int start, int end) {
            int k = start;
            for (; k + 3 < end; k += 4) {
                int e = (k - start) * count;
                for (int later = end; later < rows; later++) {
                    float a = factor[k * rows + later];
                    float b = factor[(k + 1) * rows + later];
                    float c = factor[(k + 2) * rows + later];
                    float d = factor[(k + 3) * rows + later];
                    int to = later * count;
                    for (int t = 0; t < count; t++) {
                        values[to + t] -= a * errors[e + t]
                                + b * errors[e + count + t]
                                + c * errors[e + 2 * count + t]
                                + d * errors[e + 3 * count + t];
                    }
                }
            }
            for (; k < end; k++) {
                int e = (k - start) * count;
                for (int later = end; later < rows; later++) {
                    float share = factor[k * rows + later];
                    for (int t = 0; t < count; t++) {
                        values[later * count + t] -= share * errors[e + t];
                    }
                }
            }
        }

        private void store(Blocks result) {
            for (int block = 0; block < result.count(); block++) {
                for (int t = 0; t < count; t++) {
                    result.begin(first + t, block, scales[block * count + t], zeros[block * count + t]);
                }
            }
            for (int k = 0; k < rows; k++) {
                for (int t = 0; t < count; t++) {
                    result.put(first + t, order[k], integers[k * count + t] & 0xff);
                }
            }
        }
    }
}
