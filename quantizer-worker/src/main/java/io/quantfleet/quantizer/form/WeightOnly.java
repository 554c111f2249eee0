package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;

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
        WeightOnlyRewriter rewriter = new WeightOnlyRewriter(
                graph,
                options,
                Forms::inMemory,
                Forms::storedInMemory);
        rewriter.rewrite((nodes, all) -> {});
        return Forms.checked(
                prepared.model().withGraph(graph),
                options.method(),
                rewriter.quantized(),
                rewriter.leftFloat(),
                start);
    }
}
