package io.quantfleet.controlplane.gate;

import java.util.List;
import java.util.Locale;

/**
 * Enough of the stage's devices that came to the self-test passed it.
 *
 * @param minShare how large a part of the stage must, above 0 and up to 1
 */
public record SelfTestGate(double minShare) implements Gate {
    public SelfTestGate {
        Checks.share("selfTests.minShare", minShare);
    }

    @Override
    public List<Finding> judge(StageFigures stage) {
        int allowed = stage.devices() - (int) Math.ceil(minShare * stage.devices());
        Verdict verdict = stage.selfTestsFailed() > allowed
                ? Verdict.FAIL
                : stage.selfTestsPassed() + stage.failed() >= stage.devices() - allowed ? Verdict.OPEN : Verdict.HOLD;
        String evidence = String.format(
                Locale.ROOT,
                "%d self-tests passed, %d failed, of %d devices; %d may fail",
                stage.selfTestsPassed(),
                stage.selfTestsFailed(),
                stage.devices(),
                allowed);
        return List.of(new Finding("selfTests", "", verdict, evidence));
    }
}
