package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.technique.Finding;
import io.quantfleet.quantizer.technique.SmoothQuant;
import io.quantfleet.quantizer.technique.Treatment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Tries to take outlier channels from what LayerNormalizations make to the matrices that read it, more or less of them. What
 * others read as well would get an operator more, so it is treated only where nothing may stay in floats.
 */
record SmoothQuantStep(Workbench workbench) implements Step {
    private static final List<Double> STRENGTHS = List.of(0.5, 0.7, 0.9);

    @Override
    public Technique technique() {
        return Technique.SMOOTH_QUANT;
    }

    @Override
    public void enter(Contest contest) {
        Candidate start = contest.best();
        STRENGTHS.forEach(strength -> challenge(contest, start, strength, false));
        boolean everyOperator = start.recipe().profile().everyOperator();
        if (everyOperator && SmoothQuant.hasResiduals(start.calibration().prepared())) {
            challenge(contest, start, STRENGTHS.get(0), true);
        }
    }

    private void challenge(Contest contest, Candidate start, double strength, boolean withResiduals) {
        SearchSetting setting = workbench.setting();
        Treatment treated = SmoothQuant.apply(
                start.calibration().prepared(), strength, withResiduals, setting.calibration(), setting.threads());
        if (!treated.didSomething()) {
            return;
        }
        Calibration calibration = workbench.calibration(treated.model());
        List<Finding> findings = new ArrayList<>(start.findings());
        findings.addAll(treated.findings());
        contest.challenge(
                String.format(
                        Locale.ROOT,
                        "%s, strength %.1f%s",
                        SmoothQuant.NAME,
                        strength,
                        withResiduals ? ", residuals too" : ""),
                workbench.make(start.techniquesAnd(SmoothQuant.NAME), findings, calibration, start.recipe()));
    }
}
