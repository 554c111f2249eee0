package io.quantfleet.controlplane.gate;

import io.quantfleet.controlplane.gate.StageFigures.ClassFigures;
import io.quantfleet.controlplane.gate.StageFigures.Served;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The 95th percentile of the latency of each class stays within its objective, or within a multiple of what it was
 * before.
 *
 * @param against what latency is held against
 * @param factor how many times that it may be
 */
public record LatencyGate(Reference against, double factor) implements Gate {
    /** What the latency of a variant is compared with. */
    @Schema(name = "LatencyReference")
    public enum Reference {
        OBJECTIVE,
        PREVIOUS
    }

    public LatencyGate {
        Checks.present("latency.against", against, Reference.values());
        Checks.positive("latency.factor", factor);
    }

    @Override
    public List<Finding> judge(StageFigures stage) {
        return stage.classes().stream().map(this::judge).toList();
    }

    private Finding judge(ClassFigures figures) {
        OptionalDouble reference = against == Reference.OBJECTIVE
                ? figures.objectiveMillis()
                : figures.previous().map(Served::p95Millis).orElse(OptionalDouble.empty());
        if (reference.isEmpty()) {
            return finding(figures, Verdict.OPEN, "nothing to compare with: " + missing());
        }
        double limit = reference.getAsDouble() * factor;
        OptionalDouble measured = figures.served().p95Millis();
        if (measured.isEmpty()) {
            return finding(
                    figures, Verdict.HOLD, String.format(Locale.ROOT, "no latency yet; the limit is %.3f ms", limit));
        }
        return finding(
                figures,
                measured.getAsDouble() <= limit ? Verdict.OPEN : Verdict.FAIL,
                String.format(
                        Locale.ROOT,
                        "p95 is %.3f ms over %d inferences; the limit is %.3f ms",
                        measured.getAsDouble(),
                        figures.served().inferences(),
                        limit));
    }

    private String missing() {
        return against == Reference.OBJECTIVE ? "the class has no latency objective" : "no version before it";
    }

    private static Finding finding(ClassFigures figures, Verdict verdict, String evidence) {
        return new Finding("latency", figures.deviceClass(), verdict, evidence);
    }
}
