package io.quantfleet.cli.quantize;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.stack.UserCache;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.quantizer.FileToFileResult;
import io.quantfleet.quantizer.QuantizationOptions;
import io.quantfleet.quantizer.QuantizationRequest;
import io.quantfleet.quantizer.QuantizationResult;
import io.quantfleet.quantizer.Quantizer;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.exchange.ExtraOutput;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet quantize}: one variant per device class, made and judged on this machine alone. */
@Command(
        name = "quantize",
        description = {
            "Quantizes a model on this machine, with no server: makes one variant per device class and measures each"
                    + " beside the FP32 original.",
            "",
            "Accuracy is that on all validation samples; latency is that of one inference at a time on one thread of"
                    + " this machine, measured in turns with FP32.",
            "",
            "A model that memory does not hold can be quantized by weight-only-int8, weight-only-int4, gptq and awq: these"
                    + " go from file to file then, and the variants are not evaluated.",
            "",
            "The output directory gets all variants, or nothing if anything fails. A variant that loses more accuracy"
                    + " than it may is written too, and marked REJECTED.",
            ""
        },
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every variant is READY",
            "1:something is wrong with the input, or the work failed; nothing was written",
            "2:the command line is wrong",
            "3:the variants are written, but at least one is REJECTED",
            "4:the variants are written, but were not evaluated"
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  quantfleet quantize resnet20.model.yaml --device-class rpi-cpu,gpu \\",
            "      --calibration calibration.zip --validation validation.zip \\",
            "      --out variants --json report.json"
        })
public final class QuantizeCommand implements Callable<Integer> {
    private static final int REJECTED = 3;
    private static final int NOT_EVALUATED = 4;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "MODEL.model.yaml",
            description = "The model's description; the ONNX file that it names lies beside it.")
    private Path description = Path.of("");

    @Mixin
    private DataArguments data = new DataArguments();

    @Option(
            names = "--device-class",
            required = true,
            split = ",",
            paramLabel = "CLASS",
            description = "What to quantize for, separated by commas: rpi-cpu, phone-npu, gpu or another name that"
                    + " 'device-classes' lists, or the path of a profile of your own (.yaml).")
    private List<String> deviceClasses = List.of();

    @Option(
            names = "--out",
            defaultValue = "variants",
            paramLabel = "DIR",
            description =
                    "Where the variants go, as MODEL.CLASS.onnx; made if it is not there. Default: ./${DEFAULT-VALUE}")
    private Path out = Path.of("");

    @Option(names = "--json", paramLabel = "FILE", description = "Write all figures to this file, too.")
    private @Nullable Path json;

    @Option(
            names = "--extra",
            split = ",",
            paramLabel = "KIND",
            converter = ExtraOutputs.class,
            description =
                    "Write files for other tools beside each variant, separated by commas. encodings: AIMET's JSON,"
                            + " layout 1.0.0, for Qualcomm's converters. dynamic-ranges: a line per tensor, for TensorRT.")
    private List<ExtraOutput> extras = List.of();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads for calibration, accuracy, and from file to file. Default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Mixin
    private MethodOptions method = new MethodOptions();

    @Mixin
    private OutputArguments output = new OutputArguments();

    @Override
    public Integer call() {
        checkNumbers();
        QuantizationOptions options = method.read();
        List<DeviceClassProfile> profiles = new ProfileArguments(spec.commandLine()).read(deviceClasses);
        Optional<ReportFile> report = Optional.ofNullable(json).map(ReportFile::new);
        try (Progress progress = Progress.onStandardError();
                Cancellation cancellation = Cancellation.onExit()) {
            QuantizeSteps steps = new QuantizeSteps(progress, cancellation);
            if (FileToFile.suits(options, description, data.validation())) {
                return fromFileToFile(profiles, options, steps, report);
            }
            QuantizationResult result = Quantizer.builder()
                    .threads(threads)
                    .cache(UserCache.directory("sensitivity"))
                    .build()
                    .quantize(new QuantizationRequest(data.files(description, options), profiles, options, out), steps);
            steps.finish();
            result.variants().forEach(variant -> extras.forEach(extra -> extra.writeBeside(variant.file())));
            report.ifPresent(file -> file.write(result.toJson()));
            return show(result);
        } catch (QuantizerException e) {
            throw new CliException(e.getMessage() + " (" + e.code() + ")", e);
        }
    }

    private void checkNumbers() {
        if (threads < 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--threads must be at least 1, not " + threads);
        }
    }

    private int fromFileToFile(
            List<DeviceClassProfile> profiles,
            QuantizationOptions options,
            QuantizeSteps steps,
            Optional<ReportFile> report) {
        if (!extras.isEmpty()) {
            throw new CliException("--extra is read from variants that are loaded, and these go from file to file");
        }
        FileToFileResult result =
                FileToFile.make(description, data.calibration(options), profiles, options, threads, out, steps);
        report.ifPresent(file -> file.write(result.toJson()));
        output.printJson(
                spec.commandLine().getOut(),
                result.toJson(),
                () -> FileToFile.lines(result, data.validation().isPresent()));
        return NOT_EVALUATED;
    }

    private int show(QuantizationResult result) {
        output.printJson(spec.commandLine().getOut(), result.toJson(), () -> new VariantTable(result).lines());
        boolean ready = result.variants().stream()
                .allMatch(variant -> variant.report().verdict().ready());
        return ready ? CommandLine.ExitCode.OK : REJECTED;
    }
}
