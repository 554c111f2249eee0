package io.quantfleet.controlplane.console.telemetry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A chart as the script of the pages draws it. Every interval from the first point to the last is there, one without
 * telemetry empty, so that lines break where nothing was measured.
 *
 * @param from the chart's left edge, milliseconds since 1970
 * @param to its right edge
 */
public record Chart(long from, long to, List<Interval> intervals, Reference reference) {
    public Chart {
        intervals = List.copyOf(intervals);
    }

    static Chart of(List<Point> points, Reference reference, Span span, Instant now) {
        List<Interval> intervals = new ArrayList<>();
        if (!points.isEmpty()) {
            Map<Instant, Figures> byTime = new HashMap<>();
            points.forEach(point -> byTime.put(point.at(), point.figures()));
            Instant end = points.get(points.size() - 1).at();
            for (Instant at = points.get(0).at(); !at.isAfter(end); at = at.plus(span.step())) {
                Figures figures = byTime.getOrDefault(at, Figures.NONE);
                intervals.add(new Interval(
                        at.toEpochMilli(),
                        figures.p50Millis(),
                        figures.p95Millis(),
                        figures.accuracy(),
                        figures.inferences()));
            }
        }
        return new Chart(span.start(now).toEpochMilli(), now.toEpochMilli(), intervals, reference);
    }

    /** One point; {@code at} in milliseconds since 1970, latencies in milliseconds, accuracy 0 to 1. */
    public record Interval(
            long at, Optional<Double> p50, Optional<Double> p95, Optional<Double> accuracy, long inferences) {}

    /** What accuracy is compared with: on the validation set, of FP32 and of the variant, 0 to 1. */
    public record Reference(Optional<Double> fp32, Optional<Double> validation) {
        static final Reference NONE = new Reference(Optional.empty(), Optional.empty());
    }
}
