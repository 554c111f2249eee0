package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.ModelParts;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.StreamedModel;
import io.quantfleet.quantizer.onnx.StreamedOutput;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.OpsetUpgrade;
import io.quantfleet.quantizer.prepare.SameFunction;
import io.quantfleet.quantizer.prepare.TensorFacts;
import io.quantfleet.quantizer.runtime.ElementType;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

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

    /** The model with the graph as it is now. */
    OnnxModel model() {
        return source.with(graph, opset);
    }

    /** Runs of the graph as it is whenever a part is run, from the first part on. */
    BlockwiseRuns runs() {
        return runs(this::model, samples);
    }

    private BlockwiseRuns runs(Supplier<OnnxModel> model, SampleSource some) {
        return new BlockwiseRuns(
                model,
                GraphParts.of(model.get().graph()),
                ModelParts.streamed(source, output, RuntimeOptions.threads(threads)),
                some,
                folder);
    }

    /**
     * Compares what the graph as it is now gives of the first sample with what it gave.
     *
     * @param before the model as it was
     * @throws io.quantfleet.quantizer.QuantizerException if they differ
     */
    void checkSameFunction(OnnxModel before) {
        SameFunction.check(List.of(outputs(before)), List.of(outputs(model())));
    }

    // Of each row its sum of squares: all scores of a long sample for all tokens may be larger than the largest part.
    private Map<String, float[]> outputs(OnnxModel model) {
        Graph extended = model.graph();
        String axes = extended.freshName("last_axis");
        extended.setInitializer(Tensors.ofLongs(axes, -1));
        Map<String, String> sums = new LinkedHashMap<>();
        for (TensorSpec output : model.outputs()) {
            if (output.type() == ElementType.FLOAT32) {
                String squares = extended.freshName(output.name() + "_squares");
                String sum = extended.freshName(output.name() + "_square_sums");
                extended.add(Node.of(squares, "Mul", List.of(output.name(), output.name()), List.of(squares)));
                extended.add(Node.of(sum, "ReduceSum", List.of(squares, axes), List.of(sum)));
                sums.put(output.name(), sum);
            }
        }
        Map<String, float[]> given = new LinkedHashMap<>();
        try (BlockwiseRuns runs = runs(() -> model, new FirstSample(samples))) {
            runs.runToEnd(
                    model.withGraph(extended),
                    List.copyOf(sums.values()),
                    (batch, count) -> sums.forEach(
                            (name, sum) -> given.put(name, batch.output(sum).floats())));
        }
        return given;
    }

    /** The first sample alone. */
    private record FirstSample(SampleSource all) implements SampleSource {
        @Override
        public int size() {
            return 1;
        }

        @Override
        public void fill(int sample, String inputName, ByteBuffer target) {
            all.fill(0, inputName, target);
        }
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
