package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.technique.ActivationScaling;
import io.quantfleet.quantizer.technique.Treatment;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Weights in blocks, those that meet large activations made larger before they are rounded, and blocks cut off where that
 * brings the layer's output closer to what it was (Lin et al. 2023, <i>AWQ: Activation-aware Weight Quantization for LLM
 * Compression and Acceleration</i>). Stateless.
 */
public final class Awq {
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
        return SampledWeights.quantize(
                treated.model(),
                samples,
                options,
                "awq",
                new ClippedRounding(options),
                threads,
                start,
                fraction -> listener.progressed((1 + fraction) / 2));
    }

    private static Treatment scaled(
            PreparedModel prepared,
            SampleSource samples,
            WeightOnlyOptions options,
            int threads,
            ProgressListener listener) {
        LayerInputs inputs = new LayerInputs(
                new WholeModelRuns(prepared::model, samples, threads), ActivationScaling.tensors(prepared), listener);
        Graph graph = prepared.model().graph();
        return ActivationScaling.apply(
                prepared,
                samples,
                tensor -> inputs.of(tensor).magnitudes(),
                layer -> loss(graph, layer, inputs, options));
    }

    private static ToDoubleFunction<double[]> loss(
            Graph graph, Node layer, LayerInputs inputs, WeightOnlyOptions options) {
        Optional<StoredMatrix> stored =
                options.excluded().contains(layer.label()) ? Optional.empty() : StoredMatrix.of(graph, layer);
        if (stored.isEmpty()) {
            return factors -> 0;
        }
        StoredMatrix matrix = stored.get();
        float[] weights = Tensors.floats(matrix.tensor());
        List<float[]> columns = IntStream.of(Reconstruction.sampled(matrix))
                .mapToObj(column -> Reconstruction.column(matrix, weights, column))
                .toList();
        InputStatistics seen = inputs.of(layer.inputs().get(0));
        BlockGrid grid = BlockGrid.ofWholeRange(options);
        return factors -> {
            double sum = 0;
            for (float[] column : columns) {
                sum += seen.squaredError(
                        grid.differences(column, factors, options.blocks().size()));
            }
            return sum;
        };
    }
}
