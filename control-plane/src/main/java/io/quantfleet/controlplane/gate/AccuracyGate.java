package io.quantfleet.controlplane.gate;

import io.quantfleet.controlplane.gate.StageFigures.Answers;
import io.quantfleet.controlplane.gate.StageFigures.ClassFigures;
import io.quantfleet.controlplane.gate.StageFigures.Served;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What the devices of each class answer is not worse, by more than a margin, than what FP32 or the version before
 * answers. Decided by a {@link SequentialShareTest}, so it may look at every report.
 *
 * <p>The accuracy of FP32 on the samples is known exactly. That of the version before is measured itself: half of the
 * risk goes to an interval around it, and the test is held against the end of the interval that makes the verdict
 * harder.
 *
 * <p>Answers are known to be right on the probe set, or by true labels that come in for requests that a device has
 * answered. What feedback says is held against FP32's accuracy on the validation set, for nobody knows FP32's on what
 * devices see; or against what feedback said of the version before.
 *
 * @param against what accuracy is held against
 * @param maxLossPoints percentage points that may be lost
 * @param risk the chance of failing a good variant, and that of letting a bad one through
 * @param source which answers count; those on the probe set unless it is said otherwise
 */
public record AccuracyGate(Reference against, double maxLossPoints, double risk, Optional<Source> source)
        implements Gate {
    private static final double POINTS = 100;

    /** What the accuracy of a variant is compared with. */
    @Schema(name = "AccuracyReference")
    public enum Reference {
        FP32,
        PREVIOUS
    }

    /** By what it is known whether an answer is right. */
    @Schema(name = "AccuracySource")
    public enum Source {
        /** The labelled samples that travel with a variant. */
        PROBE,
        /** True labels that devices were told afterwards. */
        FEEDBACK,
        /** Each for itself, at half of the risk; both have to open. */
        BOTH
    }

    public AccuracyGate {
        Checks.present("accuracy.against", against, Reference.values());
        Checks.positive("accuracy.maxLossPoints", maxLossPoints);
        Checks.risk("accuracy.risk", risk);
    }

    @Override
    public List<Finding> judge(StageFigures stage) {
        return stage.classes().stream()
                .flatMap(figures -> measures().stream().map(measure -> judge(figures, measure)))
                .toList();
    }

    private List<Measure> measures() {
        return switch (source.orElse(Source.PROBE)) {
            case PROBE -> List.of(new Measure(false, risk));
            case FEEDBACK -> List.of(new Measure(true, risk));
            case BOTH -> List.of(new Measure(false, risk / 2), new Measure(true, risk / 2));
        };
    }

    /** One of the sources, and the risk that there is for it. */
    private record Measure(boolean feedback, double risk) {
        Answers of(Served served) {
            return feedback ? served.feedback() : served.probe();
        }

        OptionalDouble fp32(ClassFigures figures) {
            return feedback ? figures.fp32Validation() : figures.fp32Accuracy();
        }

        String answers() {
            return feedback ? "answers with true labels (feedback)" : "answers on the probe set";
        }
    }

    private Finding judge(ClassFigures figures, Measure measure) {
        Answers answers = measure.of(figures.served());
        Optional<Baseline> baseline = baseline(figures, measure);
        if (baseline.isEmpty()) {
            return incomparable(figures, measure);
        }
        Baseline expected = baseline.get();
        String evidence = String.format(
                Locale.ROOT,
                "%s of %d %s are right, %s of %s; the margin is %.2f points",
                percent(answers.accuracy()),
                answers.judged(),
                measure.answers(),
                expected.text(),
                against == Reference.PREVIOUS
                        ? "those of the version before"
                        : measure.feedback() ? "FP32's on the validation set" : "FP32's",
                maxLossPoints);
        return new Finding("accuracy", figures.deviceClass(), verdict(answers, expected), evidence);
    }

    /** Holds where labels are what is lacking: they may be lacking for ever, but nothing speaks for the variant. */
    private Finding incomparable(ClassFigures figures, Measure measure) {
        boolean unlabelled = against == Reference.PREVIOUS
                && measure.feedback()
                && figures.previous().isPresent();
        String missing = unlabelled
                ? "no true labels came for the version before in the day before the rollout; promote the stage to go on without"
                : against == Reference.PREVIOUS
                        ? "no version before it"
                        : measure.feedback()
                                ? "FP32's accuracy on the validation set is not known"
                                : "FP32's accuracy on the samples is not known";
        return new Finding(
                "accuracy",
                figures.deviceClass(),
                unlabelled ? Verdict.HOLD : Verdict.OPEN,
                "nothing to compare " + measure.answers() + " with: " + missing);
    }

    private Verdict verdict(Answers answers, Baseline expected) {
        double margin = maxLossPoints / POINTS;
        if (test(expected.lower() - margin, expected.risk()).showsBelow(answers.right(), answers.wrong())) {
            return Verdict.FAIL;
        }
        boolean enough = test(expected.upper() - margin, expected.risk()).showsAbove(answers.right(), answers.wrong());
        return enough ? Verdict.OPEN : Verdict.HOLD;
    }

    private static SequentialShareTest test(double bound, double risk) {
        return new SequentialShareTest(Math.min(Math.max(bound, 1e-6), 1 - 1e-6), risk);
    }

    /** The accuracy that is expected, as an interval, and the risk that is left for the test. */
    private record Baseline(double lower, double upper, double risk, String text) {
        static Baseline exactly(double accuracy, double risk) {
            return new Baseline(accuracy, accuracy, risk, percent(accuracy));
        }

        static Baseline measured(Answers previous, double risk) {
            var interval = SequentialShareTest.interval(risk / 2, previous.right(), previous.wrong());
            return new Baseline(interval.lower(), interval.upper(), risk / 2, percent(previous.accuracy()));
        }
    }

    private Optional<Baseline> baseline(ClassFigures figures, Measure measure) {
        if (against == Reference.FP32) {
            OptionalDouble fp32 = measure.fp32(figures);
            return fp32.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Baseline.exactly(fp32.getAsDouble(), measure.risk()));
        }
        return figures.previous()
                .map(measure::of)
                .filter(previous -> previous.judged() > 0)
                .map(previous -> Baseline.measured(previous, measure.risk()));
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "none" : String.format(Locale.ROOT, "%.2f %%", share * POINTS);
    }
}
