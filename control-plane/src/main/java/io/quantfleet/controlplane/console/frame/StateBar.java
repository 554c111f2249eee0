package io.quantfleet.controlplane.console.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Counts by state as one stacked bar, a hundred units wide. */
public record StateBar(List<Segment> segments, String words) {
    private static final double GAP = 0.6;

    public StateBar {
        segments = List.copyOf(segments);
    }

    /** @param counts in the order in which they are drawn; those of zero are left out */
    public static StateBar of(List<StateCount> counts) {
        List<StateCount> present = counts.stream().filter(c -> c.count() > 0).toList();
        long total = present.stream().mapToLong(StateCount::count).sum();
        List<Segment> segments = new ArrayList<>();
        double x = 0;
        for (StateCount count : present) {
            double width = 100.0 * count.count() / total;
            segments.add(new Segment(States.tone(count.state()), x, Math.max(width - GAP, GAP)));
            x += width;
        }
        String words = present.stream()
                .map(c -> Units.count(c.count()) + " " + States.label(c.state()).toLowerCase(java.util.Locale.ROOT))
                .collect(Collectors.joining(", "));
        return new StateBar(segments, words);
    }

    /** One state's part; {@code x} and {@code width} are in hundredths of the bar. */
    public record Segment(String tone, double x, double width) {}
}
