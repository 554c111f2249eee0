package io.quantfleet.cli.quantize;

import io.quantfleet.cli.terminal.Table;
import io.quantfleet.cli.terminal.Table.Column;
import io.quantfleet.quantizer.FileToFileQuantizer;
import io.quantfleet.quantizer.FileToFileResult;
import io.quantfleet.quantizer.QuantizationOptions;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The part of {@code quantize} for models that memory does not hold, or that nobody has samples for. */
final class FileToFile {
    private FileToFile() {}

    /**
     * Whether to go that way.
     *
     * @param validation what to judge by, if it is given
     */
    static boolean suits(QuantizationOptions options, Path description, Optional<Path> validation) {
        return FileToFileQuantizer.isFor(options.method())
                && (validation.isEmpty() || FileToFileQuantizer.isNeeded(description));
    }

    static FileToFileResult make(
            Path description,
            Optional<Path> calibration,
            List<DeviceClassProfile> profiles,
            QuantizationOptions options,
            int threads,
            Path out,
            QuantizeSteps steps) {
        FileToFileResult result =
                FileToFileQuantizer.quantize(description, calibration, profiles, options, threads, out, steps);
        steps.finish();
        return result;
    }

    /** What people read of it. */
    static List<String> lines(FileToFileResult result, boolean validationWasGiven) {
        Table table = new Table(
                Column.text(result.model()),
                Column.number("MiB"),
                Column.number("of FP32"),
                Column.text("method"),
                Column.text("verdict"));
        table.row("FP32", mebibytes(result.fp32Bytes()), "", "", "");
        result.variants()
                .forEach(variant -> table.row(
                        variant.deviceClass(),
                        mebibytes(variant.made().bytes()),
                        String.format(
                                Locale.ROOT, "%.2f", (double) variant.made().bytes() / result.fp32Bytes()),
                        variant.made().method(),
                        "NOT EVALUATED"));
        List<String> lines = new ArrayList<>(table.lines());
        lines.add("");
        lines.add("NOT EVALUATED: "
                + (validationWasGiven
                        ? "the model is too large to be loaded beside its variants, so --validation was not used. "
                        : "no --validation was given. ")
                + "Nothing is known of what these variants lose; measure them before you use them.");
        result.variants().forEach(variant -> left(variant, lines));
        lines.add("");
        result.variants()
                .forEach(variant -> lines.add(variant.file() + " (its tensors: " + variant.dataFileName() + ")"));
        return lines;
    }

    private static void left(FileToFileResult.Variant variant, List<String> lines) {
        int left = variant.made().leftFloat().size();
        if (left > 0) {
            var first = variant.made().leftFloat().get(0);
            lines.add("  " + variant.deviceClass() + ": " + left + (left == 1 ? " layer stays" : " layers stay")
                    + " in FP32, the first " + first.name() + " (" + first.operator() + "): " + first.reason());
        }
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / 1024.0 / 1024.0);
    }
}
