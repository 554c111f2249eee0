package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import java.nio.file.Path;

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
            GptqOptions gptq,
            int threads,
            ProgressListener listener) {
        return SampledWeights.quantize(
                prepared,
                samples,
                folder,
                options,
                "gptq",
                new GptqRounding(options, gptq, threads),
                threads,
                System.nanoTime(),
                listener);
    }

    /**
     * Makes the variant of a model that is larger than memory, from file to file: transformer block by transformer block, what
     * lies between two of them on disk. Memory depends on the largest block and on the square of the widest layer input, not
     * on the model and not on the number of samples. The model is not prepared.
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
            GptqOptions gptq,
            int threads,
            ProgressListener listener) {
        try (StreamedRounding rounding = StreamedRounding.open(model, target, samples, options, threads)) {
            return rounding.finish("gptq", new GptqRounding(options, gptq, threads), listener);
        }
    }
}
