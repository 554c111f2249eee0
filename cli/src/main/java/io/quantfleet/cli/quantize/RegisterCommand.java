package io.quantfleet.cli.quantize;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.ExternalDataFiles;
import io.quantfleet.cli.client.ModelUpload;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Progress;
import io.quantfleet.cli.terminal.ProgressBar;
import io.quantfleet.quantizer.QuantizationOptions;
import io.quantfleet.quantizer.Quantizer;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.ModelDescription;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

/** {@code quantfleet register}: a new version of a model, quantized by a control plane's workers. */
@Command(
        name = "register",
        description = {
            "Registers the next version of a model with a control plane, whose workers quantize it for every device class.",
            ""
        },
        sortOptions = false,
        footerHeading = "%nExample:%n",
        footer = {
            "  quantfleet register resnet20.model.yaml --control-plane http://127.0.0.1:8080 \\",
            "      --calibration calibration.zip --validation validation.zip --min-agreement 0.98"
        })
public final class RegisterCommand implements Callable<Integer> {
    private static final double MEBI = 1 << 20;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "MODEL.model.yaml",
            description = "The model's description; the ONNX file that it names lies beside it.")
    private Path description = Path.of("");

    @Mixin
    private ControlPlaneArguments controlPlane = new ControlPlaneArguments();

    @Option(
            names = "--calibration",
            required = true,
            paramLabel = "FILE",
            description = "A .zip or .npz to calibrate with.")
    private Path calibration = Path.of("");

    @Option(names = "--validation", required = true, paramLabel = "FILE", description = "A .zip or .npz to judge by.")
    private Path validation = Path.of("");

    @Option(
            names = "--train",
            paramLabel = "FILE",
            description =
                    "A .zip or .npz to train with, with or without labels, where training is needed; the job waits"
                            + " for a worker that can.")
    private @Nullable Path training;

    @Mixin
    private MethodOptions method = new MethodOptions();

    @Mixin
    private OutputArguments output = new OutputArguments();

    /** What was registered, and its page. */
    private record Registered(String model, int version, URI page) {}

    @Override
    public Integer call() {
        QuantizationOptions options = method.read();
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("options", OptionsJson.of(options));
        options.maxLossPoints().ifPresent(points -> fields.put("maxLossPoints", points.toString()));
        try {
            ModelDescription read = ModelDescription.read(file(description));
            // The control plane says so, too, but only after gigabytes were uploaded.
            Quantizer.checkBudget(read, options);
            Path onnx = file(description.resolveSibling(read.onnx()));
            int version = upload(new ModelUpload(
                    description,
                    onnx,
                    ExternalDataFiles.of(onnx),
                    file(calibration),
                    file(validation),
                    Optional.ofNullable(training).map(RegisterCommand::file),
                    fields));
            Registered registered = new Registered(
                    read.name(),
                    version,
                    controlPlane.url().resolve("/models/" + read.name() + "/versions/" + version));
            output.print(
                    spec.commandLine().getOut(),
                    registered,
                    () -> List.of(read.name() + " v" + version + ": " + registered.page()));
            return CommandLine.ExitCode.OK;
        } catch (QuantizerException e) {
            throw new CliException(e.getMessage() + " (" + e.code() + ")", e);
        }
    }

    private int upload(ModelUpload upload) {
        try (Progress progress = Progress.onStandardError()) {
            Progress.Step step = progress.begin("Uploading");
            int version = controlPlane.client().registerModel(upload, (bytes, all) -> step.say(bar(bytes, all)));
            step.done("");
            return version;
        }
    }

    private static String bar(long bytes, long all) {
        return String.format(Locale.ROOT, "%s %.1f of %.1f MiB", ProgressBar.of(bytes, all), bytes / MEBI, all / MEBI);
    }

    private static Path file(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new CliException("there is no file " + path);
        }
        return path;
    }
}
