package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.ModelParts;
import io.quantfleet.quantizer.onnx.StreamedModel;
import io.quantfleet.quantizer.onnx.StreamedOutput;
import io.quantfleet.quantizer.prepare.OpsetUpgrade;
import io.quantfleet.quantizer.prepare.TensorFacts;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.nio.file.Path;
import java.util.Map;

/**
 * The making of a variant of a model that is larger than memory, part by part (see {@link GraphParts}): its graph may be
 * rewritten first, then its weights are rounded by what layers read. The model is not prepared. What was written is removed
 * if it is closed before it is finished. For use by one thread.
 */
final class StreamedRounding implements AutoCloseable {
    private final StreamedModel source;
    private final StreamedOutput output;
    private final Graph graph;
    private final int opset;
    private final SampleSource samples;
    private final WeightOnlyOptions options;
    private final int threads;
    private final Path folder;

    private StreamedRounding(
            StreamedModel source, Path target, SampleSource samples, WeightOnlyOptions options, int threads) {
        this.source = source;
        this.graph = source.graph();
        this.opset = OpsetUpgrade.apply(
                graph, source.opset(), Math.max(OpsetUpgrade.PER_CHANNEL, options.opset()), new TensorFacts(Map.of()));
        this.samples = samples;
        this.options = options;
        this.threads = threads;
        this.folder = target.toAbsolutePath().resolveSibling("");
        this.output = new StreamedOutput(source, target);
    }

    /**
     * Begins.
     *
     * @param model an ONNX file, with its external data beside it
     * @param target where the variant goes; its folder must have room for what the model computes of the samples between
     *     two parts, twice
     */
    static StreamedRounding open(
            Path model, Path target, SampleSource samples, WeightOnlyOptions options, int threads) {
        StreamedModel source = StreamedModel.open(model);
        try {
            return new StreamedRounding(source, target, samples, options, threads);
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    /** The graph, whose tensors are {@link #tensors}; whoever changes it does so before a part is run. */
    Graph graph() {
        return graph;
    }

    /** Has the data of the graph's tensors. */
    StreamedModel tensors() {
        return source;
    }

    WeightSource weights(TensorProto tensor) {
        return source.floats(tensor)::read;
    }

    /** Runs of the graph as it is whenever a part is run, from the first part on. */
    BlockwiseRuns runs() {
        return new BlockwiseRuns(
                () -> source.with(graph, opset),
                GraphParts.of(graph),
                ModelParts.streamed(source, output, RuntimeOptions.threads(threads)),
                samples,
                folder);
    }

    /**
     * Rounds the weights and writes the variant.
     *
     * @param name what the method is called in place of weight-only
     */
    StreamedVariant finish(String name, SampledWeights.Choice choice, ProgressListener listener) {
        try (BlockwiseRuns runs = runs()) {
            Reconstruction reconstruction = new Reconstruction(options);
            LayerInputs inputs = new LayerInputs(runs, LayerMatrices.inputs(graph, options), listener);
            WeightOnlyRewriter rewriter = new WeightOnlyRewriter(
                    graph,
                    options,
                    this::weights,
                    output::store,
                    (layer, matrix, weight) ->
                            SampledWeights.round(layer, matrix, weight, choice, inputs, reconstruction));
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

    @Override
    public void close() {
        try (source) {
            output.close();
        }
    }
}
