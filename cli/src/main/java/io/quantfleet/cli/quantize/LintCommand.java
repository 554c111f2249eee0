package io.quantfleet.cli.quantize;

import io.quantfleet.cli.CliException;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.lint.LintFinding;
import io.quantfleet.quantizer.lint.TargetLinter;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.report.LintJson;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantfleet lint}: what keeps a quantized model, whoever made it, from running well on a device class. */
@Command(
        name = "lint",
        description = {
            "Checks a quantized ONNX model against the profiles of device classes: types, symmetry, zero points, axes of"
                    + " scales, shapes, operators, the operator set, and whether ONNX Runtime chooses kernels on integers.",
            "",
            "Any model in QDQ form will do, whichever tool made it. Each finding names the node and the remedy.",
            ""
        },
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no errors; there may be warnings",
            "1:the model can't be read",
            "2:the command line is wrong",
            "3:at least one error was found"
        },
        footerHeading = "%nExample:%n",
        footer = "  quantfleet lint resnet20.int8.onnx --device-class rpi-cpu,x86-vnni")
public final class LintCommand implements Callable<Integer> {
    private static final int ERRORS = 3;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "MODEL.onnx", description = "The quantized model; its external data lies beside it.")
    private Path model = Path.of("");

    @Option(
            names = "--device-class",
            required = true,
            split = ",",
            paramLabel = "CLASS",
            description = "What it shall run on, separated by commas: names that 'device-classes' lists, or paths of"
                    + " profiles of your own (.yaml).")
    private List<String> deviceClasses = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "Write the findings to this file, too.")
    private @Nullable Path json;

    @Override
    public Integer call() {
        List<DeviceClassProfile> profiles = new ProfileArguments(spec.commandLine()).read(deviceClasses);
        Optional<ReportFile> report = Optional.ofNullable(json).map(ReportFile::new);
        Map<String, List<LintFinding>> findings = new LinkedHashMap<>();
        try {
            OnnxModel variant = OnnxModel.readAnyForm(model);
            profiles.forEach(profile -> findings.put(profile.name(), TargetLinter.lint(variant, profile)));
        } catch (QuantizerException e) {
            throw new CliException(e.getMessage() + " (" + e.code() + ")", e);
        }
        report.ifPresent(file -> file.write(LintJson.of(model.toString(), findings)));
        findings.forEach(this::show);
        boolean errors = findings.values().stream().flatMap(List::stream).anyMatch(LintFinding::isError);
        return errors ? ERRORS : CommandLine.ExitCode.OK;
    }

    private void show(String deviceClass, List<LintFinding> findings) {
        PrintWriter screen = spec.commandLine().getOut();
        long errors = findings.stream().filter(LintFinding::isError).count();
        screen.println(
                deviceClass + ": " + counted(errors, "error") + ", " + counted(findings.size() - errors, "warning"));
        for (LintFinding finding : findings) {
            screen.println("  " + finding.severity() + " " + finding.rule() + " at " + finding.node());
            screen.println("    " + finding.message());
        }
        screen.flush();
    }

    private static String counted(long count, String what) {
        return (count == 0 ? "no" : count) + " " + what + (count == 1 ? "" : "s");
    }
}
