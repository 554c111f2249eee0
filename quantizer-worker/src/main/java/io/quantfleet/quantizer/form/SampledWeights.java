package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.ModelParts;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.OpsetUpgrade;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.function.Supplier;

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
     * @param folder where there is room for what the model computes of the samples between two parts, twice
     * @param name what the method is called in place of weight-only
     * @param startNanos when the method began
     */
    static QuantizedModel quantize(
            PreparedModel prepared,
            SampleSource samples,
            Path folder,
            WeightOnlyOptions options,
            String name,
            Choice choice,
            int threads,
            long startNanos,
            ProgressListener listener) {
        Graph graph = prepared.model().graph();
        int opset = OpsetUpgrade.apply(graph, prepared.model().opset(), options.opset(), prepared.facts());
        try (BlockwiseRuns runs = runs(() -> prepared.model().withGraph(graph, opset), samples, folder, threads)) {
            LayerInputs inputs = new LayerInputs(runs, LayerMatrices.inputs(graph, options), listener);
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
    }

    /** Runs of a model in memory, as it is whenever it is asked for. */
    static BlockwiseRuns runs(Supplier<OnnxModel> model, SampleSource samples, Path folder, int threads) {
        return new BlockwiseRuns(
                model,
                GraphParts.of(model.get().graph()),
                ModelParts.inMemory(RuntimeOptions.threads(threads)),
                samples,
                folder);
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
