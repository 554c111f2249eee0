package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.quantize.LayerReconstruction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

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
        double[] asTheyAre = new double[matrix.rows()];
        Arrays.fill(asTheyAre, 1);
        double signal = 0;
        double rounded = 0;
        double noise = 0;
        for (int column : sampled(matrix)) {
            float[] values = column(matrix, weights, column);
            signal += seen.squaredError(values);
            rounded += seen.squaredError(
                    grid.differences(values, asTheyAre, options.blocks().size()));
            for (int row = 0; row < values.length; row++) {
                values[row] -= chosen.value(column, row);
            }
            noise += seen.squaredError(values);
        }
        layers.add(new LayerReconstruction(layer, decibels(signal, rounded), decibels(signal, noise)));
    }

    /** The columns that a matrix is judged by: all of a small one, some of a large one, evenly spread. */
    static int[] sampled(StoredMatrix matrix) {
        int count = Math.min(COLUMNS, matrix.columns());
        return IntStream.range(0, count)
                .map(i -> (int) ((long) i * matrix.columns() / count))
                .toArray();
    }

    static float[] column(StoredMatrix matrix, float[] weights, int column) {
        float[] values = new float[matrix.rows()];
        for (int row = 0; row < values.length; row++) {
            values[row] = weights[matrix.element(row, column)];
        }
        return values;
    }

    private static double decibels(double signal, double noise) {
        return 10 * Math.log10(signal / noise);
    }

    /** In the order in which they were added. */
    List<LayerReconstruction> layers() {
        return layers;
    }
}
