package io.quantfleet.controlplane.gate;

import java.util.List;
import java.util.Locale;

/**
 * Enough of the stage's devices serve the variant.
 *
 * @param minShare how large a part must, above 0 and up to 1
 */
public record InstalledGate(double minShare) implements Gate {
    public InstalledGate {
        Checks.share("installed.minShare", minShare);
    }

    @Override
    public List<Finding> judge(StageFigures stage) {
        int needed = (int) Math.ceil(minShare * stage.devices());
        Verdict verdict = stage.active() >= needed
                ? Verdict.OPEN
                : stage.devices() - stage.failed() < needed ? Verdict.FAIL : Verdict.HOLD;
        String evidence = String.format(
                Locale.ROOT,
                "%d of %d devices serve the variant and %d failed; %d must serve it",
                stage.active(),
                stage.devices(),
                stage.failed(),
                needed);
        return List.of(new Finding("installed", "", verdict, evidence));
    }
}
