package io.quantfleet.cli.quantize;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.ExitCodes;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.lint.LintFinding;
import io.quantfleet.quantizer.lint.TargetLinter;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.report.LintJson;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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

    @Mixin
    private OutputArguments output = new OutputArguments();

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
        String asJson = LintJson.of(model.toString(), findings);
        report.ifPresent(file -> file.write(asJson));
        output.printJson(spec.commandLine().getOut(), asJson, () -> lines(findings));
        boolean errors = findings.values().stream().flatMap(List::stream).anyMatch(LintFinding::isError);
        return errors ? ExitCodes.FOUND : CommandLine.ExitCode.OK;
    }

    private static List<String> lines(Map<String, List<LintFinding>> findings) {
        List<String> lines = new ArrayList<>();
        findings.forEach((deviceClass, found) -> {
            long errors = found.stream().filter(LintFinding::isError).count();
            lines.add(deviceClass + ": " + counted(errors, "error") + ", " + counted(found.size() - errors, "warning"));
            for (LintFinding finding : found) {
                lines.add("  " + finding.severity() + " " + finding.rule() + " at " + finding.node());
                lines.add("    " + finding.message());
            }
        });
        return lines;
    }

    private static String counted(long count, String what) {
        return (count == 0 ? "no" : count) + " " + what + (count == 1 ? "" : "s");
    }
}
