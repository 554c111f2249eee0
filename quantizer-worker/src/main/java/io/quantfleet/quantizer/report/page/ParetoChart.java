package io.quantfleet.quantizer.report.page;

import io.quantfleet.quantizer.search.ParetoPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The variants between which mixed precision chose: what they cost to the right, how closely they follow FP32, in decibels of closeness, upwards.
 *
 * @param front the line through those that no other beats, as an SVG polyline's points
 * @param xTitle what the horizontal axis shows
 */
public record ParetoChart(List<Dot> dots, String front, String xTitle, List<Tick> xTicks, List<Tick> yTicks) {
    private static final double LEFT = 56;
    private static final double RIGHT = 700;
    private static final double TOP = 16;
    private static final double BOTTOM = 264;
    private static final int TICKS = 5;

    /** One variant; {@code x} and {@code y} are its place in the drawing. */
    public record Dot(
            String x,
            String y,
            String kind,
            boolean taken,
            String name,
            String size,
            String latency,
            String sqnr,
            String agreement) {}

    /** A mark on an axis. */
    public record Tick(String at, String text) {}

    /** The chart; empty where there is nothing to compare. */
    static Optional<ParetoChart> of(List<ParetoPoint> points) {
        List<ParetoPoint> drawable = points.stream()
                .filter(point -> Double.isFinite(point.heldOut().closenessDb()))
                .toList();
        return drawable.isEmpty() ? Optional.empty() : Optional.of(chart(drawable));
    }

    private static ParetoChart chart(List<ParetoPoint> points) {
        boolean timed = points.stream().allMatch(point -> Double.isFinite(point.latencyMs()));
        Axis x = Axis.of(points.stream().map(point -> cost(point, timed)).toList(), LEFT, RIGHT);
        Axis y = Axis.of(
                points.stream().map(point -> point.heldOut().closenessDb()).toList(), BOTTOM, TOP);
        List<ParetoPoint> front = points.stream()
                .filter(ParetoPoint::onFront)
                .sorted(Comparator.comparingDouble(point -> cost(point, timed)))
                .toList();
        StringBuilder line = new StringBuilder();
        front.forEach(point -> line.append(x.text(cost(point, timed)))
                .append(',')
                .append(y.text(point.heldOut().closenessDb()))
                .append(' '));
        return new ParetoChart(
                points.stream().map(point -> dot(point, x, y, timed)).toList(),
                line.toString().strip(),
                timed ? "estimated latency, ms" : "size, KiB",
                x.ticks(),
                y.ticks());
    }

    private static double cost(ParetoPoint point, boolean timed) {
        return timed ? point.latencyMs() : point.bytes() / 1024.0;
    }

    private static Dot dot(ParetoPoint point, Axis x, Axis y, boolean timed) {
        return new Dot(
                x.text(cost(point, timed)),
                y.text(point.heldOut().closenessDb()),
                point.taken() ? "taken" : point.onFront() ? "front" : "beaten",
                point.taken(),
                point.name(),
                Figures.bytes(point.bytes()),
                Figures.millis(point.latencyMs()),
                Figures.decibels(point.heldOut().sqnrDb()),
                Figures.percent(point.heldOut().agreement()));
    }

    /** From values to places in the drawing, with some room at both ends. */
    private record Axis(double least, double greatest, double from, double to) {
        static Axis of(List<Double> values, double from, double to) {
            double least = values.stream().reduce(Double.POSITIVE_INFINITY, Math::min);
            double greatest = values.stream().reduce(Double.NEGATIVE_INFINITY, Math::max);
            double room = Math.max((greatest - least) * 0.06, Math.abs(greatest) * 1e-4 + 1e-6);
            return new Axis(least - room, greatest + room, from, to);
        }

        double place(double value) {
            return from + (value - least) / (greatest - least) * (to - from);
        }

        String text(double value) {
            return Figures.coordinate(place(value));
        }

        List<Tick> ticks() {
            double raw = (greatest - least) / TICKS;
            double power = Math.pow(10, Math.floor(Math.log10(raw)));
            double step = List.of(1.0, 2.0, 5.0, 10.0).stream()
                    .map(factor -> factor * power)
                    .filter(each -> each >= raw)
                    .findFirst()
                    .orElse(raw);
            List<Tick> ticks = new ArrayList<>();
            for (double at = Math.ceil(least / step) * step; at <= greatest; at += step) {
                ticks.add(new Tick(text(at), Figures.tick(at, step)));
            }
            return ticks;
        }
    }
}
