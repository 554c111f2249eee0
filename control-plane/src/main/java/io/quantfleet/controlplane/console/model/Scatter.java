package io.quantfleet.controlplane.console.model;

import io.quantfleet.controlplane.console.frame.Units;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The variants of a model as a scatter: latency to the right, accuracy upwards, size as the area of a point. Those that
 * no other dominates in all three are the Pareto front. Drawn into a view box of {@link #WIDTH} by {@link #HEIGHT}.
 */
public record Scatter(List<Point> points, List<Tick> across, List<Tick> up) {
    public static final int WIDTH = 720;
    public static final int HEIGHT = 320;
    private static final int LEFT = 64;
    private static final int RIGHT = WIDTH - 24;
    private static final int TOP = 16;
    private static final int BOTTOM = HEIGHT - 44;
    private static final int TICKS = 5;
    private static final double LARGEST_RADIUS = 14;
    private static final double SMALLEST_RADIUS = 4;
    private static final double MARGIN = 0.12;
    private static final int LINE_HEIGHT = 14;
    private static final int LABEL_WIDTH = 130;

    public Scatter {
        points = List.copyOf(points);
        across = List.copyOf(across);
        up = List.copyOf(up);
    }

    /**
     * A variant, placed.
     *
     * @param front whether it is on the Pareto front
     * @param labelX where its label begins, or, if {@code before}, ends
     */
    public record Point(
            MeasuredVariant variant,
            boolean current,
            boolean front,
            double x,
            double y,
            double radius,
            double labelX,
            double labelY,
            boolean before) {
        public String label() {
            return variant.deviceClass() + (current ? "" : " v" + variant.version());
        }

        public String words() {
            return variant.deviceClass() + " v" + variant.version() + ": " + Units.percent(variant.accuracy()) + ", "
                    + Units.millis(variant.p50()) + ", " + Units.bytes(variant.bytes())
                    + (front ? ", on the front" : "");
        }
    }

    /** A mark of an axis. */
    public record Tick(double at, String text) {}

    /** The scatter; empty for fewer than two variants, which compare with nothing. */
    static Optional<Scatter> of(List<MeasuredVariant> variants, int current) {
        if (variants.size() < 2) {
            return Optional.empty();
        }
        Axis x = Axis.around(variants.stream().map(MeasuredVariant::p50).toList(), LEFT, RIGHT);
        Axis y = Axis.around(variants.stream().map(v -> v.accuracy() * 100).toList(), BOTTOM, TOP);
        long largest = variants.stream().mapToLong(MeasuredVariant::bytes).max().orElse(1);
        List<Point> points = new ArrayList<>();
        // The current version's labels are placed first.
        variants.stream()
                .sorted(Comparator.comparing((MeasuredVariant v) -> v.version() != current)
                        .thenComparing(MeasuredVariant::accuracy, Comparator.reverseOrder()))
                .forEach(v -> points.add(place(v, current, variants, largest, x, y, points)));
        return Optional.of(new Scatter(points, x.ticks(" ms"), y.ticks(" %")));
    }

    private static Point place(
            MeasuredVariant v,
            int current,
            List<MeasuredVariant> all,
            long largest,
            Axis across,
            Axis up,
            List<Point> placed) {
        double x = across.at(v.p50());
        double y = up.at(v.accuracy() * 100);
        double radius =
                Math.max(SMALLEST_RADIUS, LARGEST_RADIUS * Math.sqrt((double) v.bytes() / Math.max(1, largest)));
        boolean before = x + radius + LABEL_WIDTH > RIGHT;
        double labelX = before ? x - radius - 4 : x + radius + 4;
        double labelY = y + 4;
        while (taken(labelX, labelY, before, placed)) {
            labelY += LINE_HEIGHT;
        }
        boolean front = all.stream().noneMatch(other -> other.dominates(v));
        return new Point(v, v.version() == current, front, x, y, radius, labelX, labelY, before);
    }

    private static boolean taken(double x, double y, boolean before, List<Point> placed) {
        double begin = before ? x - LABEL_WIDTH : x;
        return placed.stream().anyMatch(other -> {
            double otherBegin = other.before() ? other.labelX() - LABEL_WIDTH : other.labelX();
            return Math.abs(other.labelY() - y) < LINE_HEIGHT && Math.abs(otherBegin - begin) < LABEL_WIDTH;
        });
    }

    /** A linear axis whose marks are at round values. */
    private record Axis(double low, double high, double step, int from, int to) {
        static Axis around(List<Double> values, int from, int to) {
            double least = values.stream().mapToDouble(v -> v).min().orElse(0);
            double greatest = values.stream().mapToDouble(v -> v).max().orElse(1);
            double width = Math.max(greatest - least, Math.max(Math.abs(greatest) * 0.02, 1e-3));
            double step = round(width / TICKS);
            double low = Math.max(0, Math.floor((least - width * MARGIN) / step) * step);
            double high = Math.ceil((greatest + width * MARGIN) / step) * step;
            return new Axis(low, high, step, from, to);
        }

        /** 1, 2 or 5 times a power of ten, not below {@code value}. */
        private static double round(double value) {
            double power = Math.pow(10, Math.floor(Math.log10(value)));
            double part = value / power;
            return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
        }

        double at(double value) {
            return Math.round((from + (value - low) / (high - low) * (to - from)) * 10) / 10.0;
        }

        List<Tick> ticks(String unit) {
            int decimals = Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
            List<Tick> ticks = new ArrayList<>();
            for (int i = 0; low + i * step <= high + step / 2; i++) {
                double value = low + i * step;
                ticks.add(new Tick(at(value), String.format(Locale.ROOT, "%." + decimals + "f", value) + unit));
            }
            return ticks;
        }
    }
}
