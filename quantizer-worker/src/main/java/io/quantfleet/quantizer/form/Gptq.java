package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.prepare.OpsetUpgrade;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;

/**
 * Weights in blocks, rounded so that each layer's output stays close to what it was on calibration samples (Frantar et al.
 * 2022, <i>GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers</i>). Layers are quantized in the
 * order of the graph, each with what it reads then. Stateless.
 */
public final class Gptq {
    private Gptq() {}

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
            GptqOptions gptq,
            int threads,
            ProgressListener listener) {
        long start = System.nanoTime();
        Graph graph = prepared.model().graph();
        int opset = OpsetUpgrade.apply(graph, prepared.model().opset(), options.opset(), prepared.facts());
        LayerInputs inputs = new LayerInputs(
                () -> prepared.model().withGraph(graph, opset),
                samples,
                threads,
                LayerMatrices.inputs(graph, options),
                listener);
        Reconstruction reconstruction = new Reconstruction(options);
        WeightOnlyRewriter rewriter = new WeightOnlyRewriter(
                graph,
                options,
                Forms::inMemory,
                Forms::storedInMemory,
                new GptqRounding(options, gptq, inputs, reconstruction, threads));
        rewriter.rewrite((nodes, all) -> {});
        return Forms.checked(
                        prepared.model().withGraph(graph, opset),
                        options.method().replace("weight-only", "gptq"),
                        rewriter.quantized(),
                        rewriter.leftFloat(),
                        start)
                .withReconstructions(reconstruction.layers());
    }
}
