package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.prepare.OpsetUpgrade;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import java.nio.FloatBuffer;

/** Weights in blocks whose integers are chosen by what layers read on calibration samples. Stateless. */
final class SampledWeights {
    private SampledWeights() {}

    /** Chooses the scales and integers of a matrix. */
    @FunctionalInterface
    interface Choice {
        /**
         * Quantizes a matrix.
         *
         * @param weights as they are stored
         * @param seen of what the layer reads
         */
        Blocks round(StoredMatrix matrix, float[] weights, InputStatistics seen);
    }

    /**
     * Makes a variant: layers are quantized in the order of the graph, each with what it reads then.
     *
     * @param name what the method is called in place of weight-only
     * @param startNanos when the method began
     */
    static QuantizedModel quantize(
            PreparedModel prepared,
            SampleSource samples,
            WeightOnlyOptions options,
            String name,
            Choice choice,
            int threads,
            long startNanos,
            ProgressListener listener) {
        Graph graph = prepared.model().graph();
        int opset = OpsetUpgrade.apply(graph, prepared.model().opset(), options.opset(), prepared.facts());
        LayerInputs inputs = new LayerInputs(
                new WholeModelRuns(() -> prepared.model().withGraph(graph, opset), samples, threads),
                LayerMatrices.inputs(graph, options),
                listener);
        Reconstruction reconstruction = new Reconstruction(options);
        WeightOnlyRewriter rewriter = new WeightOnlyRewriter(
                graph,
                options,
                Forms::inMemory,
                Forms::storedInMemory,
                (layer, matrix, source) -> round(layer, matrix, source, choice, inputs, reconstruction));
        rewriter.rewrite((nodes, all) -> {});
        return Forms.checked(
                        prepared.model().withGraph(graph, opset),
                        options.method().replace("weight-only", name),
                        rewriter.quantized(),
                        rewriter.leftFloat(),
                        startNanos)
                .withReconstructions(reconstruction.layers());
    }

    /** Chooses by what a layer reads, and judges that. */
    static Blocks round(
            Node layer,
            StoredMatrix matrix,
            WeightSource source,
            Choice choice,
            LayerInputs inputs,
            Reconstruction reconstruction) {
        InputStatistics seen = inputs.of(layer.inputs().get(0));
        float[] weights = new float[Math.multiplyExact(matrix.rows(), matrix.columns())];
        source.read(0, FloatBuffer.wrap(weights));
        Blocks result = choice.round(matrix, weights, seen);
        reconstruction.add(layer.label(), matrix, weights, seen, result);
        return result;
    }
}
