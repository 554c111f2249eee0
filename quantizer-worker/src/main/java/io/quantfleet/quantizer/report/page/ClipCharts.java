package io.quantfleet.quantizer.report.page;

import io.quantfleet.quantizer.calibration.Histogram;
import io.quantfleet.quantizer.quantize.TensorClip;
import java.util.Comparator;
import java.util.List;

/**
 * Histograms of activations with the range that was chosen, for the tensors of which values were counted and that have
 * more than one: those that lose most of what was seen first.
 *
 * @param told the first
 * @param others the rest
 * @param cut how many of all are cut off anywhere
 */
public record ClipCharts(List<ClipChart> told, List<ClipChart> others, long cut) {
    private static final int TOLD = 12;
    private static final int BARS = 64;

    /** What a zero point's rounding takes from a range does not count as cut off. */
    private static final double WHOLE = 0.9999;

    /** The drawing's width and height, in its own units. */
    private static final double WIDTH = 256;

    private static final double HEIGHT = 72;

    /**
     * One tensor.
     *
     * @param path the outline of its histogram, counts on a logarithmic scale
     * @param from where the chosen range begins in the drawing
     * @param width of the chosen range in the drawing
     * @param to where it ends
     * @param cut whether it leaves out anything of what was seen
     * @param kept how much of what was seen the range covers
     */
    public record ClipChart(
            String tensor,
            String method,
            String path,
            String from,
            String to,
            String width,
            boolean cut,
            String seenLeast,
            String seenGreatest,
            String chosenLeast,
            String chosenGreatest,
            String kept) {}

    static ClipCharts of(List<TensorClip> clips) {
        List<ClipChart> charts = clips.stream()
                .sorted(Comparator.comparingDouble(ClipCharts::kept))
                .filter(clip -> clip.seen().max() > clip.seen().min())
                .flatMap(clip -> clip
                        .histogram()
                        .filter(histogram -> histogram.total() > 0)
                        .map(histogram -> chart(clip, histogram))
                        .stream())
                .toList();
        int told = Math.min(TOLD, charts.size());
        return new ClipCharts(
                charts.subList(0, told),
                charts.subList(told, charts.size()),
                charts.stream().filter(ClipChart::cut).count());
    }

    private static ClipChart chart(TensorClip clip, Histogram histogram) {
        double least = clip.seen().min();
        double span = Math.max((double) clip.seen().max() - least, Double.MIN_NORMAL);
        double from = inside((clip.chosen().min() - least) / span) * WIDTH;
        double to = inside((clip.chosen().max() - least) / span) * WIDTH;
        return new ClipChart(
                clip.tensor(),
                clip.method(),
                path(histogram, least, span),
                Figures.coordinate(from),
                Figures.coordinate(to),
                Figures.coordinate(Math.max(0, to - from)),
                kept(clip) < WHOLE,
                Figures.value(clip.seen().min()),
                Figures.value(clip.seen().max()),
                Figures.value(clip.chosen().min()),
                Figures.value(clip.chosen().max()),
                Figures.percent(kept(clip)));
    }

    private static double kept(TensorClip clip) {
        double seen = (double) clip.seen().max() - clip.seen().min();
        double low = Math.max(clip.seen().min(), clip.chosen().min());
        double high = Math.min(clip.seen().max(), clip.chosen().max());
        return seen > 0 ? inside((high - low) / seen) : 1;
    }

    private static double inside(double fraction) {
        return Math.max(0, Math.min(1, fraction));
    }

    private static String path(Histogram histogram, double least, double span) {
        long[] bars = new long[BARS];
        for (int bin = histogram.firstBin(); bin < histogram.endBin(); bin++) {
            int bar = (int) Math.floor((histogram.middle(bin) - least) / span * BARS);
            bars[Math.max(0, Math.min(BARS - 1, bar))] += histogram.count(bin);
        }
        double tallest = 1;
        for (long count : bars) {
            tallest = Math.max(tallest, Math.log1p((double) count));
        }
        StringBuilder path = new StringBuilder("M0 " + Figures.coordinate(HEIGHT));
        for (int bar = 0; bar < BARS; bar++) {
            double y = HEIGHT * (1 - Math.log1p((double) bars[bar]) / tallest);
            path.append('V').append(Figures.coordinate(y));
            path.append('H').append(Figures.coordinate((bar + 1) * WIDTH / BARS));
        }
        return path.append('V').append(Figures.coordinate(HEIGHT)).append('Z').toString();
    }
}
