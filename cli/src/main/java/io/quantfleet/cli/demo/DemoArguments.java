package io.quantfleet.cli.demo;

import io.quantfleet.cli.CliException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What the demo can be told, beside where its stack is. */
final class DemoArguments {
    @Option(names = "--once", description = "Ends when the figures are there; without it, Ctrl-C ends the demo.")
    private boolean once;

    @Option(names = "--json", paramLabel = "FILE", description = "Where the figures are written as JSON.")
    private @Nullable Path json;

    @ArgGroup(exclusive = false, heading = "With a model of your own instead of the sample:%n")
    private @Nullable OwnModel ownModel;

    /** The three files of a model, all or none of them. */
    static final class OwnModel {
        @Option(
                names = "--model",
                required = true,
                paramLabel = "FILE",
                description = "The model's description, NAME.model.yaml; the ONNX file lies beside it.")
        private @Nullable Path model;

        @Option(
                names = "--calibration",
                required = true,
                paramLabel = "DATA",
                description = "Samples for calibration: a directory or .zip with a folder per label, or a .npz.")
        private @Nullable Path calibration;

        @Option(
                names = "--validation",
                required = true,
                paramLabel = "DATA",
                description = "Other samples, with which the variants are judged.")
        private @Nullable Path validation;
    }

    boolean once() {
        return once;
    }

    Optional<Path> json() {
        return Optional.ofNullable(json);
    }

    /** The model to tell the story with; its files may be written to {@code scratch}. */
    DemoModel model(Path scratch) {
        OwnModel own = ownModel;
        if (own == null) {
            return DemoModel.sample(scratch);
        }
        if (own.model == null || own.calibration == null || own.validation == null) {
            throw new CliException("--model, --calibration and --validation are needed together");
        }
        return DemoModel.of(own.model, own.calibration, own.validation, scratch);
    }

    /** Fails early if the figures could not be written in the end. */
    void check() {
        Path file = json;
        if (file != null) {
            Path directory = file.toAbsolutePath().getParent();
            if (directory == null || !directory.toFile().isDirectory()) {
                throw new CliException("--json: there is no directory " + directory);
            }
        }
    }
}
