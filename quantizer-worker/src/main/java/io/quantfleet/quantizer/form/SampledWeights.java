package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.StreamedModel;
import io.quantfleet.quantizer.onnx.StreamedOutput;
import io.quantfleet.quantizer.onnx.StreamedParts;
import io.quantfleet.quantizer.prepare.OpsetUpgrade;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.prepare.TensorFacts;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

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

    /**
     * Makes the variant of a model that is larger than memory, part by part: see {@link GraphParts}. The model is not
     * prepared.
     *
     * @param model an ONNX file, with its external data beside it
     * @param target where the variant goes; its folder must have room for what the model computes of the samples between
     *     two parts, twice
     * @param name what the method is called in place of weight-only
     */
    static StreamedVariant quantize(
            Path model,
            Path target,
            SampleSource samples,
            WeightOnlyOptions options,
            String name,
            Choice choice,
            int threads,
            ProgressListener listener) {
        try (StreamedModel source = StreamedModel.open(model);
                StreamedOutput output = new StreamedOutput(source, target)) {
            Graph graph = source.graph();
            int opset = OpsetUpgrade.apply(
                    graph,
                    source.opset(),
                    Math.max(OpsetUpgrade.PER_CHANNEL, options.opset()),
                    new TensorFacts(Map.of()));
            StreamedParts weights = new StreamedParts(source, output, RuntimeOptions.threads(threads));
            Path folder = target.toAbsolutePath().resolveSibling("");
            try (BlockwiseRuns runs = new BlockwiseRuns(
                    () -> source.with(graph, opset), GraphParts.of(graph), weights, samples, folder)) {
                Reconstruction reconstruction = new Reconstruction(options);
                LayerInputs inputs = new LayerInputs(runs, LayerMatrices.inputs(graph, options), listener);
                WeightOnlyRewriter rewriter = new WeightOnlyRewriter(
                        graph,
                        options,
                        tensor -> source.floats(tensor)::read,
                        output::store,
                        (layer, matrix, weight) -> round(layer, matrix, weight, choice, inputs, reconstruction));
                rewriter.rewrite((nodes, all) -> {});
                String method = options.method().replace("weight-only", name);
                if (rewriter.quantized().isEmpty()) {
                    throw Forms.nothing(method);
                }
                long bytes = output.finish(graph, opset);
                return new StreamedVariant(
                        method, rewriter.quantized(), rewriter.leftFloat(), reconstruction.layers(), bytes);
            }
        }
    }

    private static Blocks round(
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
