package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;

/**
 * Weights in 8 bits from the start, activations in 8 bits with a scale that is found anew at every run: no calibration,
 * and no range that a new sample could leave. Stateless.
 */
public final class DynamicInt8 {
    private DynamicInt8() {}

    /**
     * Makes the variant.
     *
     * @throws io.quantfleet.quantizer.QuantizerException if there is no stored weight in the model, or ONNX Runtime does
     *     not load the variant
     */
    public static QuantizedModel quantize(PreparedModel prepared, DynamicOptions options) {
        long start = System.nanoTime();
        Graph graph = prepared.model().graph();
        DynamicRewriter rewriter = new DynamicRewriter(graph, options);
        graph.sorted().forEach(rewriter::rewrite);
        graph.removeUnused();
        OnnxModel model = prepared.model().withGraph(graph);
        return Forms.checked(model, options.method(), rewriter.quantized(), rewriter.leftFloat(), start);
    }
}
