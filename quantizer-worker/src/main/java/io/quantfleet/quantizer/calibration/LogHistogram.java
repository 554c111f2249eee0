package io.quantfleet.quantizer.calibration;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@link FloatCounter}s counted of one tensor. Counts are kept for exponents that occur only. Safe for use by
 * several threads.
 */
final class LogHistogram {
    private static final int PAGE = FloatCounter.PAGE;

    /** By sign and exponent. */
    private final Map<Integer, long[]> pages = new TreeMap<>();

    /** Adds counts. */
    synchronized void add(List<FloatCounter.Page> more) {
        for (FloatCounter.Page page : more) {
            page.addTo(pages.computeIfAbsent(page.number(), missing -> new long[PAGE]));
        }
    }

    /**
     * The same in bins of equal width.
     *
     * @param range from the least to the greatest value that was counted
     */
    synchronized Histogram snapshot(Range range) {
        Spread spread = new Spread(range);
        pages.forEach((number, counts) -> {
            for (int i = 0; i < PAGE; i++) {
                if (counts[i] > 0) {
                    spread.add(number * PAGE + i, counts[i]);
                }
            }
        });
        return spread.histogram();
    }

    /** Spreads counts evenly over those of the equal bins that lie in a bin of ours. */
    private static final class Spread {
        private final Range range;
        private final double width;
        private final long[] counts = new long[2 * Histogram.HALF];

        Spread(Range range) {
            this.range = range;
            this.width = Histogram.width(range);
        }

        void add(int bin, long count) {
            boolean negative = bin >= FloatCounter.NEGATIVE;
            int magnitude = bin % FloatCounter.NEGATIVE;
            double limit = negative ? -range.min() : range.max();
            double end = Float.intBitsToFloat((magnitude + 1) << FloatCounter.SHIFT);
            int first = place(Float.intBitsToFloat(magnitude << FloatCounter.SHIFT));
            int last = limit < end ? place(limit) : Math.max(first, (int) Math.ceil(end / width) - 1);
            int parts = last - first + 1;
            for (int i = 0; i < parts; i++) {
                long share = (i + 1) * count / parts - i * count / parts;
                int place = first + i;
                counts[negative ? Histogram.HALF - 1 - place : Histogram.HALF + place] += share;
            }
        }

        private int place(double magnitude) {
            return (int) Math.min(Histogram.HALF - 1, magnitude / width);
        }

        Histogram histogram() {
            return new Histogram(width, counts);
        }
    }
}
