package io.quantfleet.controlplane.gate;

import io.quantfleet.controlplane.gate.StageFigures.ClassFigures;
import java.util.List;
import java.util.Locale;

/**
 * Not too many inferences of each class fail. Decided by a {@link SequentialShareTest}.
 *
 * @param maxShare how large a part may fail, above 0 and below 1
 * @param risk the chance of failing a variant that keeps within it
 */
public record ErrorGate(double maxShare, double risk) implements Gate {
    public ErrorGate {
        Checks.share("errors.maxShare", maxShare);
        Checks.share("errors.maxShare", 1 - maxShare);
        Checks.risk("errors.risk", risk);
    }

    @Override
    public List<Finding> judge(StageFigures stage) {
        return stage.classes().stream().map(this::judge).toList();
    }

    private Finding judge(ClassFigures figures) {
        long errors = figures.served().errors();
        long total = errors + figures.served().inferences();
        boolean tooMany = new SequentialShareTest(maxShare, risk).showsAbove(errors, total - errors);
        Verdict verdict = tooMany ? Verdict.FAIL : errors <= maxShare * total ? Verdict.OPEN : Verdict.HOLD;
        String evidence =
                String.format(Locale.ROOT, "%d of %d inferences failed; %.4f %% may", errors, total, maxShare * 100);
        return new Finding("errors", figures.deviceClass(), verdict, evidence);
    }
}
