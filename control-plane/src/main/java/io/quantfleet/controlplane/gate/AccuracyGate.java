package io.quantfleet.controlplane.gate;

import io.quantfleet.controlplane.gate.StageFigures.ClassFigures;
import io.quantfleet.controlplane.gate.StageFigures.Served;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What the devices of each class answer is not worse, by more than a margin, than what FP32 or the version before
 * answers. Decided by a {@link SequentialShareTest}, so it may look at every report.
 *
 * <p>The accuracy of FP32 on the samples is known exactly. That of the version before is measured itself: half of the
 * risk goes to an interval around it, and the test is held against the end of the interval that makes the verdict
 * harder.
 *
 * @param against what accuracy is held against
 * @param maxLossPoints percentage points that may be lost
 * @param risk the chance of failing a good variant, and that of letting a bad one through
 */
public record AccuracyGate(Reference against, double maxLossPoints, double risk) implements Gate {
    private static final double POINTS = 100;

    /** What the accuracy of a variant is compared with. */
    @Schema(name = "AccuracyReference")
    public enum Reference {
        FP32,
        PREVIOUS
    }

    public AccuracyGate {
        Checks.present("accuracy.against", against, Reference.values());
        Checks.positive("accuracy.maxLossPoints", maxLossPoints);
        Checks.risk("accuracy.risk", risk);
    }

    @Override
    public List<Finding> judge(StageFigures stage) {
        return stage.classes().stream().map(this::judge).toList();
    }

    private Finding judge(ClassFigures figures) {
        Optional<Baseline> baseline = baseline(figures);
        if (baseline.isEmpty()) {
            return new Finding(
                    "accuracy", figures.deviceClass(), Verdict.OPEN, "nothing to compare with: " + missing());
        }
        Baseline expected = baseline.get();
        Served served = figures.served();
        Verdict verdict = verdict(served, expected);
        String evidence = String.format(
                Locale.ROOT,
                "%s of %d answers are right, %s of %s; the margin is %.2f points",
                percent(served.accuracy()),
                served.judged(),
                expected.text(),
                against == Reference.FP32 ? "FP32's" : "those of the version before",
                maxLossPoints);
        return new Finding("accuracy", figures.deviceClass(), verdict, evidence);
    }

    private Verdict verdict(Served served, Baseline expected) {
        double margin = maxLossPoints / POINTS;
        if (test(expected.lower() - margin, expected.risk()).showsBelow(served.right(), served.wrong())) {
            return Verdict.FAIL;
        }
        boolean enough = test(expected.upper() - margin, expected.risk()).showsAbove(served.right(), served.wrong());
        return enough ? Verdict.OPEN : Verdict.HOLD;
    }

    private static SequentialShareTest test(double bound, double risk) {
        return new SequentialShareTest(Math.min(Math.max(bound, 1e-6), 1 - 1e-6), risk);
    }

    /** The accuracy that is expected, as an interval, and the risk that is left for the test. */
    private record Baseline(double lower, double upper, double risk, String text) {}

    private Optional<Baseline> baseline(ClassFigures figures) {
        if (against == Reference.FP32) {
            return figures.fp32Accuracy().isEmpty()
                    ? Optional.empty()
                    : Optional.of(exactly(figures.fp32Accuracy().getAsDouble()));
        }
        return figures.previous().filter(previous -> previous.judged() > 0).map(this::measured);
    }

    private Baseline exactly(double accuracy) {
        return new Baseline(accuracy, accuracy, risk, percent(accuracy));
    }

    private Baseline measured(Served previous) {
        var interval = SequentialShareTest.interval(risk / 2, previous.right(), previous.wrong());
        return new Baseline(interval.lower(), interval.upper(), risk / 2, percent(previous.accuracy()));
    }

    private String missing() {
        return against == Reference.FP32 ? "FP32's accuracy on the samples is not known" : "no version before it";
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "none" : String.format(Locale.ROOT, "%.2f %%", share * POINTS);
    }
}
