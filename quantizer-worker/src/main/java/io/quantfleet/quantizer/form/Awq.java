package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.OpsetUpgrade;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.technique.ActivationScaling;
import io.quantfleet.quantizer.technique.Treatment;
import java.util.Optional;

/**
 * Weights in blocks, those that meet large activations made larger before they are rounded, and blocks cut off where that
 * brings the layer's output closer to what it was (Lin et al. 2023, <i>AWQ: Activation-aware Weight Quantization for LLM
 * Compression and Acceleration</i>). Stateless.
 */
public final class Awq {
    /** A large matrix is judged by some of its columns, evenly spread. */
    private static final int COLUMNS = 64;

    private Awq() {}

    /**
     * Makes the variant.
     *
     * @param samples to calibrate with
     * @param threads how many threads compute
     * @param listener hears how much is done; it stops the work by throwing
     * @throws io.quantfleet.quantizer.QuantizerException if there is no stored matrix in the model, a layer's input is not
     *     finite, or ONNX Runtime does not load the variant
     */
    public static QuantizedModel quantize(
            PreparedModel prepared,
            SampleSource samples,
            WeightOnlyOptions options,
            int threads,
            ProgressListener listener) {
        long start = System.nanoTime();
        Treatment treated = scaled(prepared, samples, options, threads, fraction -> listener.progressed(fraction / 2));
        PreparedModel scaled = treated.model();
        Graph graph = scaled.model().graph();
        int opset = OpsetUpgrade.apply(graph, scaled.model().opset(), options.opset(), scaled.facts());
        LayerInputs inputs = new LayerInputs(
                () -> scaled.model().withGraph(graph, opset),
                samples,
                threads,
                LayerMatrices.inputs(graph, options),
                fraction -> listener.progressed((1 + fraction) / 2));
        Reconstruction reconstruction = new Reconstruction(options);
        WeightOnlyRewriter rewriter = new WeightOnlyRewriter(
                graph,
                options,
                Forms::inMemory,
                Forms::storedInMemory,
                new ClippedRounding(options, inputs, reconstruction));
        rewriter.rewrite((nodes, all) -> {});
        return Forms.checked(
                        scaled.model().withGraph(graph, opset),
                        options.method().replace("weight-only", "awq"),
                        rewriter.quantized(),
                        rewriter.leftFloat(),
                        start)
                .withReconstructions(reconstruction.layers());
    }

    private static Treatment scaled(
            PreparedModel prepared,
            SampleSource samples,
            WeightOnlyOptions options,
            int threads,
            ProgressListener listener) {
        LayerInputs inputs =
                new LayerInputs(prepared::model, samples, threads, ActivationScaling.tensors(prepared), listener);
        Graph graph = prepared.model().graph();
        return ActivationScaling.apply(
                prepared,
                samples,
                tensor -> inputs.of(tensor).magnitudes(),
                (layer, factors) -> loss(graph, layer, inputs, factors, options));
    }

    private static double loss(
            Graph graph, Node layer, LayerInputs inputs, double[] factors, WeightOnlyOptions options) {
        Optional<StoredMatrix> stored =
                options.excluded().contains(layer.label()) ? Optional.empty() : StoredMatrix.of(graph, layer);
        if (stored.isEmpty()) {
            return 0;
        }
        StoredMatrix matrix = stored.get();
        float[] weights = Tensors.floats(matrix.tensor());
        InputStatistics seen = inputs.of(layer.inputs().get(0));
        BlockGrid grid = BlockGrid.ofWholeRange(options);
        int columns = Math.min(COLUMNS, matrix.columns());
        double sum = 0;
        for (int i = 0; i < columns; i++) {
            float[] column = Reconstruction.column(matrix, weights, (int) ((long) i * matrix.columns() / columns));
            sum += seen.squaredError(
                    differences(grid, column, factors, options.blocks().size()));
        }
        return sum;
    }

    private static float[] differences(BlockGrid grid, float[] column, double[] factors, int size) {
        float[] differences = new float[column.length];
        float[] block = new float[size];
        for (int first = 0; first < column.length; first += size) {
            int length = Math.min(size, column.length - first);
            for (int i = 0; i < length; i++) {
                block[i] = (float) (column[first + i] * factors[first + i]);
            }
            grid.choose(block, length, BlockGrid.SQUARES);
            for (int i = 0; i < length; i++) {
                differences[first + i] =
                        (float) (grid.difference(block[i], grid.scale(), grid.zero()) / factors[first + i]);
            }
        }
        return differences;
    }
}
