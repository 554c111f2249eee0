package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.technique.ActivationScaling;
import io.quantfleet.quantizer.technique.Finding;
import java.nio.file.Path;
import java.util.List;

/**
 * Weights in blocks, those that meet large activations made larger before they are rounded, and blocks cut off where that
 * brings the layer's output closer to what it was (Lin et al. 2023, <i>AWQ: Activation-aware Weight Quantization for LLM
 * Compression and Acceleration</i>). Stateless.
 */
public final class Awq {
    private static final String NAME = "awq";

    private Awq() {}

    /**
     * Makes the variant.
     *
     * @param samples to calibrate with
     * @param folder where there is room for what the model computes of the samples between two blocks, twice; nothing is left
     *     there, however the process ends
     * @param threads how many threads compute
     * @param listener hears how much is done; it stops the work by throwing
     * @throws io.quantfleet.quantizer.QuantizerException if there is no stored matrix in the model, a layer's input is not
     *     finite, or ONNX Runtime does not load the variant
     */
    public static QuantizedModel quantize(
            PreparedModel prepared,
            SampleSource samples,
            Path folder,
            WeightOnlyOptions options,
            int threads,
            ProgressListener listener) {
        long start = System.nanoTime();
        PreparedModel scaled =
                scaled(prepared, samples, folder, options, threads, fraction -> listener.progressed(fraction / 2));
        return SampledWeights.quantize(
                scaled,
                samples,
                folder,
                options,
                NAME,
                new ClippedRounding(options, threads),
                threads,
                start,
                fraction -> listener.progressed((1 + fraction) / 2));
    }

    private static PreparedModel scaled(
            PreparedModel prepared,
            SampleSource samples,
            Path folder,
            WeightOnlyOptions options,
            int threads,
            ProgressListener listener) {
        Graph graph = prepared.model().graph();
        List<Finding> findings;
        try (BlockwiseRuns runs = SampledWeights.runs(prepared::model, samples, folder, threads)) {
            LayerInputs inputs = new LayerInputs(runs, ActivationScaling.tensors(graph), listener);
            findings = ActivationScaling.apply(
                    graph,
                    Tensors::changed,
                    sizes(inputs),
                    new ScalingLoss(graph, Forms::inMemory, inputs, options, threads));
        }
        return findings.isEmpty() ? prepared : prepared.rewritten(graph, samples);
    }

    private static ActivationScaling.Magnitudes sizes(LayerInputs inputs) {
        return tensor -> inputs.of(tensor).magnitudes();
    }

    /**
     * Makes the variant of a model that is larger than memory, from file to file: transformer block by transformer block, what
     * lies between two of them on disk. A first pass finds the factors, a second one rounds; scaled weights are scaled as they
     * are read. Memory depends on the largest block and on the square of the widest layer input, not on the model and not on
     * the number of samples. The model is not prepared.
     *
     * @param model an ONNX file, with its external data beside it
     * @param target where the variant goes, with its data in {@code target.data}; its folder must have room for what the model
     *     computes of the samples between two blocks, twice
     * @param samples to calibrate with
     * @param threads how many threads compute
     * @param listener hears how much is done; it stops the work by throwing
     * @throws io.quantfleet.quantizer.QuantizerException if the model can't be read or run, has no stored matrix, a layer's
     *     input is not finite, or the variant can't be written
     */
    public static StreamedVariant quantize(
            Path model,
            Path target,
            SampleSource samples,
            WeightOnlyOptions options,
            int threads,
            ProgressListener listener) {
        try (StreamedRounding rounding = StreamedRounding.open(model, target, samples, options, threads)) {
            scale(rounding, options, threads, fraction -> listener.progressed(fraction / 2));
            return rounding.finish(
                    NAME, new ClippedRounding(options, threads), fraction -> listener.progressed((1 + fraction) / 2));
        }
    }

    private static void scale(
            StreamedRounding rounding, WeightOnlyOptions options, int threads, ProgressListener listener) {
        Graph graph = rounding.graph();
        OnnxModel before = rounding.model();
        List<Finding> findings;
        try (BlockwiseRuns runs = rounding.runs()) {
            LayerInputs inputs = new LayerInputs(runs, ActivationScaling.tensors(graph), listener);
            findings = ActivationScaling.apply(
                    graph,
                    rounding.tensors()::changed,
                    sizes(inputs),
                    new ScalingLoss(graph, rounding::weights, inputs, options, threads));
        }
        if (!findings.isEmpty()) {
            rounding.checkSameFunction(before);
        }
    }
}
