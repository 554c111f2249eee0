package io.quantfleet.quantizer.report.page;

import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.search.Rung;
import io.quantfleet.quantizer.search.Trial;
import io.quantfleet.quantizer.technique.Finding;
import java.util.List;

/** What the search tried, rung by rung. */
public record Ladder(List<Step> steps) {

    /**
     * One rung.
     *
     * @param gainWidth of the bar that shows the gain, in per cent of the widest
     * @param validation the accuracy on the validation set, where it was measured
     */
    public record Step(
            String name,
            String gain,
            String gainWidth,
            String sqnr,
            String agreement,
            String loss,
            String validation,
            String bytes,
            String seconds,
            boolean goalMet,
            List<Try> tries,
            List<Finding> findings) {}

    /** Something that a rung tried. */
    public record Try(String name, String sqnr, String agreement, String loss, boolean taken) {}

    static Ladder of(List<Rung> rungs) {
        double largest = rungs.stream()
                .mapToDouble(Rung::gainDb)
                .filter(Double::isFinite)
                .reduce(1, Math::max);
        return new Ladder(rungs.stream().map(rung -> step(rung, largest)).toList());
    }

    private static Step step(Rung rung, double largest) {
        Fidelity after = rung.after();
        double gain = Double.isFinite(rung.gainDb()) ? Math.max(0, rung.gainDb()) : 0;
        return new Step(
                rung.name(),
                rung.before().isEmpty() ? "start" : Figures.signedDecibels(rung.gainDb()),
                Figures.coordinate(100 * gain / largest),
                Figures.decibels(after.sqnrDb()),
                Figures.percent(after.agreement()),
                Figures.loss(after.lossPoints()),
                rung.validation()
                        .map(accuracy ->
                                Figures.percent(accuracy.variant()) + " (" + Figures.loss(accuracy.lossPoints()) + ")")
                        .orElse("–"),
                Figures.bytes(rung.bytes()),
                Figures.seconds(rung.seconds()),
                rung.goalMet(),
                rung.trials().stream().map(Ladder::attempt).toList(),
                rung.findings());
    }

    private static Try attempt(Trial trial) {
        Fidelity heldOut = trial.heldOut();
        return new Try(
                trial.name(),
                Figures.decibels(heldOut.sqnrDb()),
                Figures.percent(heldOut.agreement()),
                Figures.loss(heldOut.lossPoints()),
                trial.taken());
    }
}
