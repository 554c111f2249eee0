package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.StreamedModel;
import io.quantfleet.quantizer.onnx.StreamedOutput;
import io.quantfleet.quantizer.prepare.OpsetUpgrade;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.prepare.TensorFacts;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Weights of 4 or 8 bits in blocks that share a scale; everything is computed in floats, or in what the runtime makes of
 * them. For transformers, whose time goes into fetching weights. Stateless.
 */
public final class WeightOnly {
    private WeightOnly() {}

    /**
     * Makes the variant.
     *
     * @throws io.quantfleet.quantizer.QuantizerException if there is no stored matrix in the model, or ONNX Runtime does
     *     not load the variant
     */
    public static QuantizedModel quantize(PreparedModel prepared, WeightOnlyOptions options) {
        long start = System.nanoTime();
        Graph graph = prepared.model().graph();
        int opset = OpsetUpgrade.apply(graph, prepared.model().opset(), options.opset(), prepared.facts());
        WeightOnlyRewriter rewriter = new WeightOnlyRewriter(graph, options, Forms::inMemory, Forms::storedInMemory);
        rewriter.rewrite((nodes, all) -> {});
        return Forms.checked(
                prepared.model().withGraph(graph, opset),
                options.method(),
                rewriter.quantized(),
                rewriter.leftFloat(),
                start);
    }

    /** The same with as many threads as there are processors. */
    public static StreamedVariant quantize(
            Path model, Path target, WeightOnlyOptions options, ProgressListener listener) {
        return quantize(model, target, options, Runtime.getRuntime().availableProcessors(), listener);
    }

    /**
     * Makes the variant of a model of any size, tensor by tensor: memory depends on the largest weight, not on the model.
     * The data goes into {@code target.data} beside {@code target}. The model is neither prepared nor run.
     *
     * @param model an ONNX file, with its external data beside it
     * @param target where the variant goes
     * @param threads how many threads compute
     * @throws io.quantfleet.quantizer.QuantizerException if the model can't be read, has no stored matrix, or the variant
     *     can't be written
     */
    public static StreamedVariant quantize(
            Path model, Path target, WeightOnlyOptions options, int threads, ProgressListener listener) {
        try (StreamedModel source = StreamedModel.open(model);
                StreamedOutput output = new StreamedOutput(source, target)) {
            Graph graph = source.graph();
            int opset = OpsetUpgrade.apply(graph, source.opset(), options.opset(), new TensorFacts(Map.of()));
            WeightOnlyRewriter rewriter = new WeightOnlyRewriter(
                    graph,
                    options,
                    tensor -> source.floats(tensor)::read,
                    output::store,
                    new BlockQuantizer(options, threads));
            rewriter.rewrite((nodes, all) -> listener.progressed((double) nodes / all));
            if (rewriter.quantized().isEmpty()) {
                throw Forms.nothing(options.method());
            }
            long bytes = output.finish(graph, opset);
            return new StreamedVariant(options.method(), rewriter.quantized(), rewriter.leftFloat(), List.of(), bytes);
        }
    }
}
