package io.quantfleet.quantizer.report.page;

import io.quantfleet.quantizer.train.TrainingPoint;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * How a training went: loss and accuracy over time, each on a scale of its own.
 *
 * @param loss an SVG polyline's points
 * @param accuracy the same
 * @param rows the same in figures
 */
public record TrainingChart(String loss, String accuracy, List<Row> rows) {
    private static final double LEFT = 10;
    private static final double RIGHT = 710;
    private static final double TOP = 14;
    private static final double BOTTOM = 166;

    /** One point in figures. */
    public record Row(int epoch, String minutes, String loss, String accuracy) {}

    /** The chart; empty where nothing was trained. */
    static Optional<TrainingChart> of(List<TrainingPoint> points) {
        return points.isEmpty()
                ? Optional.empty()
                : Optional.of(new TrainingChart(
                        line(points, TrainingPoint::loss),
                        line(points, TrainingPoint::accuracy),
                        points.stream().map(TrainingChart::row).toList()));
    }

    private static String line(List<TrainingPoint> points, ToDoubleFunction<TrainingPoint> figure) {
        List<TrainingPoint> drawable = points.stream()
                .filter(point -> Double.isFinite(figure.applyAsDouble(point)))
                .toList();
        double least = drawable.stream().mapToDouble(figure).min().orElse(0);
        double span = drawable.stream().mapToDouble(figure).max().orElse(0) - least;
        StringBuilder line = new StringBuilder();
        for (TrainingPoint point : drawable) {
            double height = span > 0 ? (figure.applyAsDouble(point) - least) / span : 0.5;
            line.append(Figures.coordinate(LEFT + Math.min(1, point.fraction()) * (RIGHT - LEFT)))
                    .append(',')
                    .append(Figures.coordinate(BOTTOM - height * (BOTTOM - TOP)))
                    .append(' ');
        }
        return line.toString().strip();
    }

    private static Row row(TrainingPoint point) {
        return new Row(
                point.epoch(),
                String.format(Locale.ROOT, "%.1f", point.seconds() / 60),
                String.format(Locale.ROOT, "%.4f", point.loss()),
                Figures.percent(point.accuracy()));
    }
}
