package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.quantize.LayerReconstruction;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects how closely quantized layers give what they gave. Large matrices are judged by some of their columns, evenly
 * spread. For use by one thread.
 */
final class Reconstruction {
    private static final int COLUMNS = 64;

    private final WeightOnlyOptions options;
    private final List<LayerReconstruction> layers = new ArrayList<>();

    Reconstruction(WeightOnlyOptions options) {
        this.options = options;
    }

    /** Adds a layer whose FP32 weights and quantized ones are these. */
    void add(String layer, StoredMatrix matrix, float[] weights, InputStatistics seen, Blocks chosen) {
        BlockGrid grid = BlockGrid.of(options);
        int columns = Math.min(COLUMNS, matrix.columns());
        double signal = 0;
        double rounded = 0;
        double noise = 0;
        for (int i = 0; i < columns; i++) {
            int column = (int) ((long) i * matrix.columns() / columns);
            float[] values = column(matrix, weights, column);
            signal += seen.squaredError(values);
            rounded += seen.squaredError(roundingErrors(grid, values));
            for (int row = 0; row < values.length; row++) {
                values[row] -= chosen.value(column, row);
            }
            noise += seen.squaredError(values);
        }
        layers.add(new LayerReconstruction(layer, decibels(signal, rounded), decibels(signal, noise)));
    }

    static float[] column(StoredMatrix matrix, float[] weights, int column) {
        float[] values = new float[matrix.rows()];
        for (int row = 0; row < values.length; row++) {
            values[row] = weights[matrix.element(row, column)];
        }
        return values;
    }

    private float[] roundingErrors(BlockGrid grid, float[] values) {
        int size = options.blocks().size();
        float[] errors = new float[values.length];
        float[] block = new float[size];
        for (int first = 0; first < values.length; first += size) {
            int length = Math.min(size, values.length - first);
            System.arraycopy(values, first, block, 0, length);
            grid.choose(block, length, BlockGrid.SQUARES);
            for (int i = 0; i < length; i++) {
                errors[first + i] = grid.difference(block[i], grid.scale(), grid.zero());
            }
        }
        return errors;
    }

    private static double decibels(double signal, double noise) {
        return 10 * Math.log10(signal / noise);
    }

    /** In the order in which they were added. */
    List<LayerReconstruction> layers() {
        return layers;
    }
}
