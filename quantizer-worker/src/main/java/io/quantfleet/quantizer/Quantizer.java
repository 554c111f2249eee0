package io.quantfleet.quantizer;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.QuantizationProgress.Step;
import io.quantfleet.quantizer.cache.ContentCache;
import io.quantfleet.quantizer.calibration.StatisticsCache;
import io.quantfleet.quantizer.dataset.Datasets;
import io.quantfleet.quantizer.dataset.DescriptionCheck;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.dataset.SampleDigest;
import io.quantfleet.quantizer.dataset.Task;
import io.quantfleet.quantizer.evaluate.AccuracyGate;
import io.quantfleet.quantizer.evaluate.HeldOut;
import io.quantfleet.quantizer.evaluate.LatencyPlan;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.search.Rung;
import io.quantfleet.quantizer.search.SearchSetting;
import io.quantfleet.quantizer.search.Technique;
import io.quantfleet.quantizer.sensitivity.ProfileCache;
import io.quantfleet.quantizer.train.TrainingEngine;
import io.quantfleet.quantizer.train.TrainingPoint;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The quantizer as a library: a model and its data sets in, one judged variant per device class out. Everything that
 * can be checked without work is checked before work begins, FP32 is evaluated once for all variants, and the output
 * directory gets either all variants or nothing.
 *
 * <p>Safe for use by several threads; each request is carried out on the thread that makes it.
 */
public final class Quantizer {
    private static final long MOST_CACHED_BYTES = 64L << 20;

    private final VariantMaker maker;
    private final Inspection inspection;
    private final int threads;
    private final LatencyPlan latency;
    private final Optional<ContentCache> cache;

    Quantizer(
            VariantMaker maker, Inspection inspection, int threads, LatencyPlan latency, Optional<ContentCache> cache) {
        this.maker = maker;
        this.inspection = inspection;
        this.threads = threads;
        this.latency = latency;
        this.cache = cache;
    }

    /** Starts from what suits most machines. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a quantizer. Not for use by several threads. */
    public static final class Builder {
        private int threads = Runtime.getRuntime().availableProcessors();
        private LatencyPlan latency = LatencyPlan.DEFAULT;
        private Optional<ContentCache> cache = Optional.empty();

        private Builder() {}

        /** How many threads compute; one per processor if this is not called. Latencies are always those of one. */
        public Builder threads(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("threads must be at least 1, not " + value);
            }
            threads = value;
            return this;
        }

        /** How latency is measured. */
        public Builder latency(LatencyPlan value) {
            latency = value;
            return this;
        }

        /**
         * Keeps what samples show of a model and profiles of sensitivities in a directory, and finds them there again, for
         * other device classes, too: 64 MiB at most, which any number of quantizers and processes may share. Nothing is kept
         * if this is not called.
         */
        public Builder cache(Path directory) {
            cache = ContentCache.in(directory, MOST_CACHED_BYTES);
            return this;
        }

        /** The quantizer. */
        public Quantizer build() {
            VariantMaker ladder = new LadderMaker();
            VariantMaker forms = new FormMaker();
            return new Quantizer(
                    (source, profile, target, listener) -> (source.options()
                                            .method()
                                            .form()
                                            .isPresent()
                                    ? forms
                                    : ladder)
                            .make(source, profile, target, listener),
                    Inspection.LINTER,
                    threads,
                    latency,
                    cache);
        }
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
        Path onnx = ModelFiles.onnxBeside(request.files().description(), description);
        OnnxModel original = OnnxModel.read(onnx);
        DescriptionCheck.check(description, original.inputs(), original.outputs());
        checkBudget(description, request.options());
        checkTraining(request);
        try (TrainingData training = TrainingData.open(request.files().training(), description);
                LabelledSamples calibration = Datasets.open(request.files().calibration(), description);
                LabelledSamples validation = Datasets.open(request.files().validation(), description);
                OutputFolder output = new OutputFolder(request.output())) {
            progress.at(Step.READ, 1);
            Drafting drafting = new Drafting(maker, inspection, description.name(), output, progress);
            Judgement judgement = new Judgement(description, validation, threads, latency);
            var source = new VariantMaker.Source(
                    setting(original, description, calibration, validation, training, request), request.options());
            var drafts = drafting.make(source, request.profiles());
            Path compared = original.widened() ? inFp32(original, output) : onnx;
            var variants = judgement.of(compared, drafts, request, fraction -> progress.at(Step.EVALUATE, fraction));
            var result = new QuantizationResult(description.name(), bytes(onnx, original), variants);
            output.write(QuantizationResult.PAGE, result.toHtml());
            output.publish(Stream.concat(drafts.stream().map(Draft::name), Stream.of(QuantizationResult.PAGE))
                    .toList());
            return result;
        }
    }

    /**
     * The same, until it is cancelled.
     *
     * @throws QuantizerException with {@link ReasonCode#CANCELLED} soon after {@link CancellationToken#cancel} was called
     */
    public QuantizationResult quantize(
            QuantizationRequest request, QuantizationListener listener, CancellationToken cancellation) {
        return quantize(request, new QuantizationListener() {
            @Override
            public void progressed(QuantizationProgress progress) {
                cancellation.check();
                listener.progressed(progress);
            }

            @Override
            public void climbed(String deviceClass, Rung rung) {
                listener.climbed(deviceClass, rung);
            }

            @Override
            public void trained(String deviceClass, TrainingPoint point) {
                listener.trained(deviceClass, point);
            }
        });
    }

    // ONNX Runtime rounds what a model of 16-bit floats computes to those; what variants are compared with does not.
    private static Path inFp32(OnnxModel original, OutputFolder output) {
        Path file = output.staged(".fp32.onnx");
        original.write(file);
        return file;
    }

    /**
     * Checks that the budget is one for the model's task: a loss of points, or for a language model a rise of perplexity.
     *
     * @throws QuantizerException with {@link ReasonCode#REQUEST_INVALID} if not
     */
    public static void checkBudget(ModelDescription description, QuantizationOptions options) {
        boolean language = description.task() == Task.LANGUAGE_MODEL;
        if (language
                ? options.maxLossPoints().isPresent()
                : options.likelihood().isPresent()) {
            throw new QuantizerException(
                    ReasonCode.REQUEST_INVALID,
                    description.name()
                            + (language
                                    ? " is a language model: its budget is a rise of perplexity, not a loss of points"
                                    : " is no language model: its budget is a loss of points, not a rise of perplexity"));
        }
    }

    private SearchSetting setting(
            OnnxModel original,
            ModelDescription description,
            LabelledSamples calibration,
            LabelledSamples validation,
            TrainingData training,
            QuantizationRequest request) {
        SampleSplit split = SampleSplit.of(calibration, request.options().calibrationSamples(), description);
        Optional<StatisticsCache> kept =
                cache.map(files -> new StatisticsCache(files, SampleDigest.of(description, split.ranges())));
        return new SearchSetting(
                original,
                description,
                split.ranges(),
                split.heldOut(),
                new HeldOut(original, description, split.heldOut(), threads),
                training.samples(),
                request.checkpoints(),
                new AccuracyGate(original, description, validation, threads),
                threads,
                kept,
                cache.map(ProfileCache::new));
    }

    // Before work begins: a request that may train must be able to.
    private static void checkTraining(QuantizationRequest request) {
        QuantizationOptions options = request.options();
        boolean gradients = options.techniques().contains(Technique.QAT)
                || options.techniques().contains(Technique.BLOCK_RECONSTRUCTION);
        boolean mayTrain = gradients
                && (options.method() != Method.AUTO
                        || request.files().training().isPresent()
                        || options.training().distillation());
        if (mayTrain) {
            TrainingEngine.require();
        }
    }

    // A model with external data is larger than its file.
    private static long bytes(Path onnx, OnnxModel original) {
        return Math.max(Draft.size(onnx), original.bytes());
    }
}
