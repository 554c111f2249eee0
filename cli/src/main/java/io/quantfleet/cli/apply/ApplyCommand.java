package io.quantfleet.cli.apply;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ApiException;
import io.quantfleet.cli.client.ControlPlaneArguments;
import io.quantfleet.cli.client.ControlPlaneClient;
import io.quantfleet.cli.client.UnreachableException;
import io.quantfleet.cli.terminal.OutputArguments;
import io.quantfleet.cli.terminal.Table;
import io.quantfleet.protocols.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quantfleet apply}: makes a control plane hold what files declare. */
@Command(
        name = "apply",
        description = {
            "Makes device classes, fleets, rollout policies, alert receivers and alert rules as files declare them, or"
                    + " changes them.",
            "",
            "Every document is checked first; if one is refused nothing is applied. What is as declared already is left"
                    + " alone, and so is what somebody else changes meanwhile. Should one fail all the same, the message says which were applied: apply again when it is"
                    + " mended.",
            ""
        },
        sortOptions = false,
        footerHeading = "%nExample:%n",
        footer = {"  quantfleet diff -f fleet.yaml", "  quantfleet apply -f fleet.yaml"})
public final class ApplyCommand implements Callable<Integer> {
    private static final int TRIALS = 5;

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
        ControlPlaneClient client = controlPlane.client();
        List<Change> plan = Plan.of(client, files.read());
        List<Outcome> outcomes = new ArrayList<>();
        Optional<CliException> failure = Optional.empty();
        for (Change change : plan) {
            if (!change.isNeeded()) {
                outcomes.add(Outcome.of(change, "unchanged"));
            } else if (failure.isPresent()) {
                outcomes.add(Outcome.of(change, "not tried"));
            } else {
                failure = put(client, change);
                outcomes.add(Outcome.of(change, failure.map(ApplyCommand::word).orElseGet(() -> done(change))));
            }
        }
        output.print(spec.commandLine().getOut(), outcomes, () -> lines(outcomes));
        if (failure.isPresent()) {
            throw failure.get();
        }
        return CommandLine.ExitCode.OK;
    }

    private static Optional<CliException> put(ControlPlaneClient client, Change change) {
        try {
            putUnlessChanged(client, change);
            return Optional.empty();
        } catch (ApiException e) {
            return Optional.of(new CliException(
                    e.is(ReasonCode.PRECONDITION_FAILED)
                            ? change.document()
                                    .message(
                                            "",
                                            "somebody else changed it since it was read, and it was left as they made it;"
                                                    + " see with 'quantfleet diff' what there is now, then apply again")
                            : change.document().message(e)));
        } catch (CliException e) {
            return Optional.of(e);
        }
    }

    /**
     * A tag is of all that is answered: the number of a fleet's devices changes it, too. Then what was read anew is as
     * it was in all that is declared, and counts.
     */
    private static void putUnlessChanged(ControlPlaneClient client, Change change) {
        Document document = change.document();
        Optional<Current> current = change.current();
        for (int trial = 1; ; trial++) {
            try {
                document.kind().put(client, document, current);
                return;
            } catch (ApiException e) {
                if (!e.is(ReasonCode.PRECONDITION_FAILED) || trial == TRIALS) {
                    throw e;
                }
                Optional<Current> now = document.kind().current(client, document);
                if (!now.map(Current::spec).equals(current.map(Current::spec))) {
                    throw e;
                }
                current = now;
            }
        }
    }

    private static String done(Change change) {
        return change.current().isEmpty() ? "created" : "changed";
    }

    private static String word(CliException failure) {
        return failure instanceof UnreachableException ? "UNKNOWN" : "FAILED";
    }

    private static List<String> lines(List<Outcome> outcomes) {
        Table table = new Table(Table.Column.text("KIND"), Table.Column.text("NAME"), Table.Column.text("RESULT"));
        outcomes.forEach(outcome -> table.row(outcome.kind(), outcome.name(), outcome.result()));
        List<String> lines = new ArrayList<>(table.lines());
        lines.add("  " + Outcome.summary(outcomes));
        return lines;
    }
}
