package io.quantfleet.cli.quantize;

import io.quantfleet.quantizer.OptionNames;
import io.quantfleet.quantizer.QuantizationOptions;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
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
                    + " quantize once, with the techniques of --techniques. dynamic, weight-only-int8, weight-only-int4 and"
                    + " fp16-storage need no calibration. Default: ${DEFAULT-VALUE}")
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
                    + " cross-layer-equalization, bias-correction, weight-clipping, mixed-precision. Default: all for"
                    + " auto, none for static.")
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
            names = "--calibration-samples",
            defaultValue = "500",
            paramLabel = "N",
            description = "How many calibration samples are used, at most, spread evenly; auto chooses between variants"
                    + " by every fifth of them. Default: ${DEFAULT-VALUE}")
    private int calibrationSamples = 500;

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
        QuantizationOptions.Builder options = QuantizationOptions.builder()
                .method(named("--method", method, OptionNames::method))
                .calibration(named("--calibration-method", calibrationMethod, OptionNames::calibration))
                .perTensorWeights(perTensor)
                .reducedRange(reducedRange)
                .excluded(excluded)
                .objective(named("--objective", objective, OptionNames::objective))
                .calibrationSamples(calibrationSamples)
                .seed(seed);
        Optional.ofNullable(techniques)
                .ifPresent(names -> options.techniques(names.stream()
                        .map(name -> named("--techniques", name, OptionNames::technique))
                        .collect(Collectors.toSet())));
        Optional.ofNullable(maxLossPoints).ifPresent(options::maxLossPoints);
        Optional.ofNullable(minAgreement).ifPresent(options::minAgreement);
        return options.build();
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
