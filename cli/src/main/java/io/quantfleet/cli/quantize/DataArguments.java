package io.quantfleet.cli.quantize;

import io.quantfleet.quantizer.ModelFiles;
import io.quantfleet.quantizer.QuantizationOptions;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The samples that a model is quantized and judged with; which are needed depends on the method. */
final class DataArguments {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--calibration",
            paramLabel = "DATA",
            description = "Samples to find the ranges of tensors with: a directory or .zip of one folder per label with"
                    + " JPEG or PNG files, or an .npz with an array per input and 'labels'. Needed by auto, static,"
                    + " smoothquant, adaround, brecq, qat, gptq and awq.")
    private @Nullable Path calibration;

    @Option(
            names = "--validation",
            paramLabel = "DATA",
            description =
                    "Other samples, to measure accuracy with; in one of the same forms. Only weight-only-int8,"
                            + " weight-only-int4, gptq and awq do without: they go from file to file then, whatever the size of"
                            + " the model, and the variants are not evaluated. So they do if the model is too large for memory.")
    private @Nullable Path validation;

    @Option(
            names = "--train",
            paramLabel = "DATA",
            description =
                    "Samples to train with, in one of the same forms, for qat, and for auto where nothing cheaper is"
                            + " enough. Their labels are used where they have some; else, and beside them, FP32's answers are."
                            + " Without it qat learns FP32's answers to the calibration samples.")
    private @Nullable Path training;

    Optional<Path> validation() {
        return Optional.ofNullable(validation);
    }

    /**
     * The files of a model that is to be judged. Methods without calibration look at a few inputs all the same; those of
     * the validation set do for that.
     *
     * @throws CommandLine.ParameterException naming the option that is missing
     */
    ModelFiles files(Path description, QuantizationOptions options) {
        Path judged = validation().orElseThrow(() -> missing("--validation", options));
        return new ModelFiles(description, calibration(options).orElse(judged), judged, Optional.ofNullable(training));
    }

    /**
     * Samples to calibrate with, if they are given.
     *
     * @throws CommandLine.ParameterException if the method can't do without
     */
    Optional<Path> calibration(QuantizationOptions options) {
        if (options.method().calibrates() && calibration == null) {
            throw missing("--calibration", options);
        }
        return Optional.ofNullable(calibration);
    }

    private CommandLine.ParameterException missing(String option, QuantizationOptions options) {
        return new CommandLine.ParameterException(
                spec.commandLine(),
                "Missing required option: '" + option + "=DATA' (--method "
                        + options.method().wireName() + " needs it)");
    }
}
