package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.technique.Finding;
import io.quantfleet.quantizer.technique.SoftmaxBounds;
import io.quantfleet.quantizer.technique.Treatment;
import java.util.ArrayList;
import java.util.List;

/** Cuts off what softmaxes can't tell apart, if they are quantized. */
record SoftmaxBoundsStep(Workbench workbench) implements Step {

    @Override
    public Technique technique() {
        return Technique.SOFTMAX_BOUNDS;
    }

    @Override
    public void enter(Contest contest) {
        Candidate best = contest.best();
        SearchSetting setting = workbench.setting();
        Treatment treated =
                SoftmaxBounds.apply(best.calibration().prepared(), setting.calibration(), setting.threads());
        if (!treated.didSomething()) {
            return;
        }
        Calibration calibration = workbench.calibration(treated.model());
        List<Finding> findings = new ArrayList<>(best.findings());
        findings.addAll(treated.findings());
        contest.challenge(
                SoftmaxBounds.NAME,
                workbench.make(best.techniquesAnd(SoftmaxBounds.NAME), findings, calibration, best.recipe()));
    }
}
