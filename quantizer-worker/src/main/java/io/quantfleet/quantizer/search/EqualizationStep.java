package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.quantize.RangeChoice;
import io.quantfleet.quantizer.technique.BiasAbsorption;
import io.quantfleet.quantizer.technique.CrossLayerEqualization;
import io.quantfleet.quantizer.technique.CrossLayerEqualization.Balance;
import io.quantfleet.quantizer.technique.Finding;
import io.quantfleet.quantizer.technique.Treatment;
import io.quantfleet.quantizer.technique.UnboundClips;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Equalizes channels in both ways, with bounds such as Relu6 kept and without, and absorbs high biases after that. */
record EqualizationStep(Workbench workbench) implements Step {
    /** A model without its bounds that follows FP32 less closely than this is no form of it. */
    private static final double SAME_FUNCTION_DB = 40;

    private static final RangeChoice FULL_RANGES = RangeChoice.of(new MinMax());

    @Override
    public Technique technique() {
        return Technique.EQUALIZATION;
    }

    @Override
    public void enter(Contest contest) {
        Candidate start = contest.best();
        SearchSetting setting = workbench.setting();
        PreparedModel prepared = start.calibration().prepared();
        tryBoth(contest, start, new Treatment(prepared, List.of()), "");
        Treatment unbound = UnboundClips.apply(prepared, setting.calibration());
        if (unbound.didSomething()) {
            Fidelity same = setting.heldOut().compare(unbound.model().model());
            if (same.sqnrDb() >= SAME_FUNCTION_DB) {
                tryBoth(contest, start, unbound, ", without upper bounds");
            }
        }
        if (contest.changed()) {
            absorb(contest);
        }
    }

    private void tryBoth(Contest contest, Candidate start, Treatment from, String suffix) {
        SearchSetting setting = workbench.setting();
        for (Balance balance : Balance.values()) {
            Treatment equalized =
                    CrossLayerEqualization.apply(from.model(), balance, setting.calibration(), setting.threads());
            if (equalized.didSomething()) {
                String name = "of " + balance.name().toLowerCase(Locale.ROOT) + suffix;
                challenge(contest, start, name, CrossLayerEqualization.NAME, from, equalized);
            }
        }
    }

    private void absorb(Contest contest) {
        Candidate start = contest.best();
        SearchSetting setting = workbench.setting();
        PreparedModel prepared = start.calibration().prepared();
        Treatment absorbed = BiasAbsorption.apply(prepared, setting.calibration(), setting.threads());
        if (absorbed.didSomething()) {
            Treatment nothing = new Treatment(prepared, List.of());
            challenge(contest, start, "and " + BiasAbsorption.NAME, BiasAbsorption.NAME, nothing, absorbed);
        }
    }

    private void challenge(
            Contest contest, Candidate start, String name, String technique, Treatment first, Treatment second) {
        List<Finding> findings = new ArrayList<>(start.findings());
        findings.addAll(first.findings());
        findings.addAll(second.findings());
        Calibration calibration = workbench.calibration(second.model());
        contest.challenge(name, workbench.make(start.techniquesAnd(technique), findings, calibration, start.recipe()));
        if (!start.recipe().ranges().equals(FULL_RANGES)) {
            // What had to be cut off before may fit now.
            contest.challenge(
                    name + ", full ranges",
                    workbench.make(
                            start.techniquesAnd(technique),
                            findings,
                            calibration,
                            start.recipe().withRanges(FULL_RANGES)));
        }
    }
}
