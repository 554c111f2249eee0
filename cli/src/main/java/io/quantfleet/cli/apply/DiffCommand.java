package io.quantfleet.cli.apply;

import io.quantfleet.cli.ExitCodes;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.terminal.OutputArguments;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quantfleet diff}: what {@code apply} would change. */
@Command(
        name = "diff",
        description = {"Shows field by field what 'apply' would change, and changes nothing.", ""},
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything is as the files say",
            "1:a document can't be used; the message says which, where and why",
            "2:the command line is wrong",
            "3:there are differences",
            "5:the control plane does not answer or is not available"
        },
        footerHeading = "%nExample:%n",
        footer = "  quantfleet diff -f fleets.yaml -f alerts.yaml")
public final class DiffCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private FileArguments files = new FileArguments();

    @Mixin
    private OutputArguments output = new OutputArguments();

    @Mixin
    private ControlPlaneArguments controlPlane = new ControlPlaneArguments();

    @Override
    public Integer call() {
        List<Change> plan = Plan.of(controlPlane.client(), files.read());
        List<Outcome> outcomes =
                plan.stream().map(change -> Outcome.of(change, change.label())).toList();
        output.print(spec.commandLine().getOut(), outcomes, () -> lines(outcomes));
        return plan.stream().anyMatch(Change::isNeeded) ? ExitCodes.FOUND : CommandLine.ExitCode.OK;
    }

    private static List<String> lines(List<Outcome> outcomes) {
        List<String> lines = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            lines.add(outcome.kind() + " " + outcome.name() + ": " + outcome.result() + "  (" + outcome.place() + ")");
            outcome.changes().forEach(change -> lines.add("  " + change.line()));
        }
        lines.add(Outcome.summary(outcomes));
        return lines;
    }
}
