package io.quantfleet.quantizer;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizationProgress.Step;
import io.quantfleet.quantizer.dataset.Datasets;
import io.quantfleet.quantizer.dataset.DescriptionCheck;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.evaluate.LatencyPlan;
import io.quantfleet.quantizer.onnx.OnnxModel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The quantizer as a library: a model and its data sets in, one judged variant per device class out. Everything that
 * can be checked without work is checked before work begins, FP32 is evaluated once for all variants, and the output
 * directory gets either all variants or nothing.
 *
 * <p>Safe for use by several threads; each request is carried out on the thread that makes it.
 */
public final class Quantizer {
    private final VariantMaker maker;
    private final int threads;
    private final LatencyPlan latency;

    /** @param threads how many threads compute; latencies are always those of one */
    public Quantizer(int threads) {
        this(new StaticQuantization(threads), threads, LatencyPlan.DEFAULT);
    }

    Quantizer(VariantMaker maker, int threads, LatencyPlan latency) {
        this.maker = maker;
        this.threads = threads;
        this.latency = latency;
    }

    /**
     * Makes and judges a variant for each profile. A rejected variant is written all the same.
     *
     * @throws QuantizerException if anything is wrong with what was given, or the work failed; the output directory is
     *     as it was before
     */
    public QuantizationResult quantize(QuantizationRequest request, QuantizationListener listener) {
        ProgressScale progress = new ProgressScale(request.profiles().size(), listener);
        progress.at(Step.READ, 0);
        ModelDescription description = ModelDescription.read(request.files().description());
        Path onnx = onnxBeside(request.files().description(), description);
        OnnxModel original = OnnxModel.read(onnx);
        DescriptionCheck.check(description, original.inputs(), original.outputs());
        try (LabelledSamples calibration = Datasets.open(request.files().calibration(), description);
                LabelledSamples validation = Datasets.open(request.files().validation(), description);
                OutputFolder output = new OutputFolder(request.output())) {
            progress.at(Step.READ, 1);
            Drafting drafting = new Drafting(maker, description.name(), output, progress);
            Judgement judgement = new Judgement(description, validation, threads, latency);
            var drafts = drafting.make(VariantMaker.Source.of(original, description, calibration), request.profiles());
            var variants = judgement.of(onnx, drafts, request, fraction -> progress.at(Step.EVALUATE, fraction));
            output.publish(drafts.stream().map(Draft::name).toList());
            return new QuantizationResult(description.name(), bytes(onnx, original), variants);
        }
    }

    private static Path onnxBeside(Path file, ModelDescription description) {
        Path onnx = file.resolveSibling(description.onnx());
        if (!Files.isRegularFile(onnx)) {
            throw new QuantizerException(
                    ReasonCode.ARTIFACT_MISSING,
                    "there is no " + onnx + ", which " + file.getFileName() + " names; put it beside the description");
        }
        return onnx;
    }

    // A model with external data is larger than its file.
    private static long bytes(Path onnx, OnnxModel original) {
        return Math.max(Draft.size(onnx), original.bytes());
    }
}
