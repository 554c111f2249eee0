package io.quantfleet.cli.quantize;

import io.quantfleet.quantizer.OptionNames;
import io.quantfleet.quantizer.QuantizationOptions;
import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.TrainingOptions;
import io.quantfleet.quantizer.evaluate.LikelihoodBudget;
import io.quantfleet.quantizer.form.BlockEncoding;
import io.quantfleet.quantizer.form.GptqOptions;
import io.quantfleet.quantizer.form.WeightBlocks;
import io.quantfleet.quantizer.search.TransformerPreset;
import io.quantfleet.quantizer.train.TrainingOptimizer;
import io.quantfleet.quantizer.train.TrainingSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The part of the command line that says how to quantize. */
final class MethodOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--method",
            defaultValue = "auto",
            paramLabel = "METHOD",
            description = "auto: climb from cheap techniques to dear ones until the variant is accurate enough. static:"
                    + " quantize once, with the techniques of --techniques. smoothquant, adaround, brecq and qat: the same, with"
                    + " that technique. gptq and awq: weights alone in 4 bits, rounded with calibration samples. dynamic,"
                    + " weight-only-int8, weight-only-int4 and fp16-storage need no calibration. Default:"
                    + " ${DEFAULT-VALUE}")
    private String method = "auto";

    @Option(
            names = "--calibration-method",
            defaultValue = "minmax",
            paramLabel = "NAME",
            description = "How ranges are chosen, by auto at first only: minmax, moving-average, percentile or"
                    + " percentile-99.9, entropy, mse. Default: ${DEFAULT-VALUE}")
    private String calibrationMethod = "minmax";

    @Option(
            names = "--techniques",
            split = ",",
            paramLabel = "NAME",
            description = "What auto may use, and what static does use: softmax-bounds, calibration,"
                    + " cross-layer-equalization, smooth-quant, bias-correction, weight-clipping, adaround, block-reconstruction, qat,"
                    + " mixed-precision, forms. Default: all for auto, none for static.")
    private @Nullable List<String> techniques;

    @Option(names = "--per-tensor", description = "Give every weight one scale, whatever the device class allows.")
    private boolean perTensor;

    @Option(
            names = "--reduced-range",
            description = "Keep weights to 7 bits, for x86 processors without VNNI, which overflow with 8.")
    private boolean reducedRange;

    @Option(
            names = "--exclude",
            split = ",",
            paramLabel = "LAYER",
            description = "Leave operators in FP32: names, in which * stands for any text, op:KIND, first, last.")
    private List<String> excluded = List.of();

    @Option(
            names = "--block-size",
            defaultValue = "32",
            paramLabel = "N",
            description =
                    "How many weights share a scale where weights alone are quantized: 16, 32, 64 or 128. Default:"
                            + " ${DEFAULT-VALUE}")
    private int blockSize = 32;

    @Option(
            names = "--asymmetric-blocks",
            description =
                    "Give each block of weights a zero point of its own: a little larger, and closer where weights"
                            + " lean to one side.")
    private boolean asymmetricBlocks;

    @Option(
            names = "--accuracy-level",
            defaultValue = "4",
            paramLabel = "N",
            description =
                    "What MatMulNBits may compute with: 0 anything, 1 FP32, 4 integers of 8 bits, which is fastest."
                            + " Default: ${DEFAULT-VALUE}")
    private int accuracyLevel = 4;

    @Option(
            names = "--block-encoding",
            paramLabel = "NAME",
            description =
                    "The operators that multiply with blocks. matmulnbits: ONNX Runtime's own. qdq: ONNX's"
                            + " DequantizeLinear of opset 21, for other runtimes. Default: what suits the device class's runtime.")
    private @Nullable String blockEncoding;

    @Option(
            names = "--float16-rest",
            description = "Store what is not quantized where weights alone are as 16-bit floats: embeddings, norms and"
                    + " layers of --exclude.")
    private boolean float16Rest;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description =
                    "transformer: attention projections and feed-forward parts as the method has them, embeddings,"
                            + " norms and the head as 16-bit floats. The same as --exclude op:Gather,last --float16-rest.")
    private @Nullable String preset;

    @Option(
            names = "--gptq-damping",
            defaultValue = "0.01",
            paramLabel = "SHARE",
            description = "What gptq adds to the diagonal of a layer's Hessian, as a share of its mean: more than 0, at"
                    + " most 1. Default: ${DEFAULT-VALUE}")
    private double gptqDamping = 0.01;

    @Option(
            names = "--gptq-act-order",
            description = "Let gptq round the weights of the channels with the largest activations first.")
    private boolean gptqActOrder;

    @Option(
            names = "--objective",
            defaultValue = "latency",
            paramLabel = "GOAL",
            description = "What mixed precision spends as little of as it can: latency or bytes. Default:"
                    + " ${DEFAULT-VALUE}")
    private String objective = "latency";

    @Option(
            names = "--max-loss-points",
            paramLabel = "POINTS",
            description =
                    "How many percentage points of accuracy a variant may lose against FP32, 0 to 100. Default: what"
                            + " each device class's profile says.")
    private @Nullable Double maxLossPoints;

    @Option(
            names = "--min-agreement",
            paramLabel = "SHARE",
            description = "For which share of the samples a variant must choose what FP32 chooses, 0 to 1. Default: no"
                    + " condition.")
    private @Nullable Double minAgreement;

    @Option(
            names = "--max-perplexity-increase",
            paramLabel = "PERCENT",
            description = "By how many per cent a language model's perplexity may rise. Default: 3.")
    private @Nullable Double maxPerplexityIncrease;

    @Option(
            names = "--max-divergence",
            paramLabel = "NATS",
            description = "How far a language model's distribution over the next token may be from FP32's, on average"
                    + " (Kullback and Leibler). Default: no condition.")
    private @Nullable Double maxDivergence;

    @Option(
            names = "--calibration-samples",
            defaultValue = "500",
            paramLabel = "N",
            description = "How many calibration samples are used, at most, spread evenly; auto chooses between variants"
                    + " by every fifth of them. Default: ${DEFAULT-VALUE}")
    private int calibrationSamples = 500;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "How often training sees its samples, at most. Default: 8.")
    private @Nullable Integer epochs;

    @Option(
            names = "--training-minutes",
            paramLabel = "N",
            description = "How long training and learned rounding may take together. Default: 30.")
    private @Nullable Integer trainingMinutes;

    @Option(
            names = "--learning-rate",
            paramLabel = "RATE",
            description = "How far a weight moves in a training step, about, at first. Default: what suits the model.")
    private @Nullable Double learningRate;

    @Option(
            names = "--optimizer",
            defaultValue = "adamw",
            paramLabel = "NAME",
            description = "How training moves weights: adamw, or sgd with momentum. Default: ${DEFAULT-VALUE}")
    private String optimizer = "adamw";

    @Option(names = "--batch", paramLabel = "N", description = "How many samples make a training step. Default: 64.")
    private @Nullable Integer batch;

    @Option(
            names = "--accumulation",
            paramLabel = "N",
            description = "Into how many parts a batch is cut, one after the other, to save memory. Default: 1.")
    private @Nullable Integer accumulation;

    @Option(
            names = "--patience",
            paramLabel = "EPOCHS",
            description = "After how many epochs without a gain on held-out samples training ends. Default: it does not"
                    + " end early.")
    private @Nullable Integer patience;

    @Option(
            names = "--learn-zero-points",
            description = "Learn zero points of activations that lie to both sides of zero unevenly, not only their"
                    + " scales.")
    private boolean learnZeroPoints;

    @Option(
            names = "--distillation",
            description =
                    "Let auto train where there are no training samples: on calibration samples, towards what FP32"
                            + " answers.")
    private boolean distillation;

    @Option(
            names = "--seed",
            defaultValue = "1",
            paramLabel = "N",
            description = "Settles everything chosen at random. Default: ${DEFAULT-VALUE}")
    private long seed;

    /**
     * The options of the library.
     *
     * @throws CommandLine.ParameterException naming the option that is wrong
     */
    QuantizationOptions read() {
        bounds("--max-loss-points", maxLossPoints, 100);
        bounds("--min-agreement", minAgreement, 1);
        if (calibrationSamples < 1) {
            throw wrong("--calibration-samples must be at least 1, not " + calibrationSamples);
        }
        Method chosen = named("--method", method, OptionNames::method);
        Applicability.check(spec.commandLine(), chosen);
        QuantizationOptions.Builder options = QuantizationOptions.builder()
                .method(chosen)
                .calibration(named("--calibration-method", calibrationMethod, OptionNames::calibration))
                .perTensorWeights(perTensor)
                .reducedRange(reducedRange)
                .excluded(excluded())
                .weightBlocks(blocks())
                .halves(float16Rest || preset != null)
                .gptq(gptq())
                .objective(named("--objective", objective, OptionNames::objective))
                .calibrationSamples(calibrationSamples)
                .seed(seed)
                .training(training());
        Optional.ofNullable(techniques)
                .ifPresent(names -> options.techniques(names.stream()
                        .map(name -> named("--techniques", name, OptionNames::technique))
                        .collect(Collectors.toSet())));
        Optional.ofNullable(maxLossPoints).ifPresent(options::maxLossPoints);
        Optional.ofNullable(minAgreement).ifPresent(options::minAgreement);
        likelihood().ifPresent(options::likelihood);
        return options.build();
    }

    private List<String> excluded() {
        if (preset == null) {
            return excluded;
        }
        if (!preset.equals(TransformerPreset.NAME)) {
            throw wrong("--preset: '" + preset + "' is no preset; there is " + TransformerPreset.NAME);
        }
        return Stream.concat(TransformerPreset.EXCLUDED.stream(), excluded.stream())
                .toList();
    }

    private TrainingOptions training() {
        try {
            TrainingOptions training = TrainingOptions.USUAL.withDistillation(distillation);
            if (epochs != null) {
                training = training.withEpochs(epochs);
            }
            if (trainingMinutes != null) {
                training = training.withTime(Duration.ofMinutes(trainingMinutes));
            }
            return (learningRate == null ? training : training.withLearningRate(learningRate))
                    .withMethod(trainingMethod());
        } catch (IllegalArgumentException e) {
            throw wrong("--epochs, --training-minutes or --learning-rate: " + e.getMessage());
        }
    }

    private TrainingSettings.Method trainingMethod() {
        TrainingSettings.Method usual = TrainingSettings.Method.USUAL;
        try {
            TrainingSettings.Method method = usual.withOptimizer(
                            named("--optimizer", optimizer, TrainingOptimizer::ofWireName))
                    .withBatches(
                            batch == null ? usual.batch() : batch,
                            accumulation == null ? usual.accumulation() : accumulation)
                    .withZeroPoints(learnZeroPoints);
            return patience == null ? method : method.withPatience(patience);
        } catch (IllegalArgumentException e) {
            throw wrong("--batch, --accumulation or --patience: " + e.getMessage());
        }
    }

    private WeightBlocks blocks() {
        Optional<BlockEncoding> encoding =
                Optional.ofNullable(blockEncoding).map(name -> named("--block-encoding", name, BlockEncoding::ofLabel));
        if (encoding.filter(BlockEncoding.QDQ::equals).isPresent()
                && spec.commandLine().getParseResult().hasMatchedOption("--accuracy-level")) {
            throw wrong("--accuracy-level is stored with matmulnbits only; with qdq it is an option of the session that"
                    + " loads the variant (session.qdq_matmulnbits_accuracy_level)");
        }
        try {
            return new WeightBlocks(blockSize, !asymmetricBlocks, accuracyLevel, encoding);
        } catch (IllegalArgumentException e) {
            throw wrong("--block-size or --accuracy-level: " + e.getMessage());
        }
    }

    private Optional<LikelihoodBudget> likelihood() {
        if (maxPerplexityIncrease == null && maxDivergence == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(new LikelihoodBudget(
                    Optional.ofNullable(maxPerplexityIncrease)
                            .orElse(LikelihoodBudget.usual().maxIncreasePercent()),
                    Optional.ofNullable(maxDivergence)));
        } catch (IllegalArgumentException e) {
            throw wrong("--max-perplexity-increase or --max-divergence: " + e.getMessage());
        }
    }

    private GptqOptions gptq() {
        try {
            return new GptqOptions(gptqDamping, gptqActOrder);
        } catch (IllegalArgumentException e) {
            throw wrong("--gptq-damping: " + e.getMessage());
        }
    }

    private void bounds(String option, @Nullable Double value, int most) {
        if (value != null && !(value >= 0 && value <= most)) {
            throw wrong(option + " must be 0 to " + most + ", not " + value);
        }
    }

    private <T> T named(String option, String name, Function<String, T> known) {
        try {
            return known.apply(name);
        } catch (IllegalArgumentException e) {
            throw wrong(option + ": " + e.getMessage());
        }
    }

    private CommandLine.ParameterException wrong(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }
}
