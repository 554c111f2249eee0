package io.quantfleet.agent.telemetry;

import io.quantfleet.protocols.mqtt.TelemetryFormat;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was predicted in one interval, by class and by confidence. Not safe for use by several threads at once. */
public final class PredictionCounts {
    private static final int BINS = TelemetryFormat.CONFIDENCE_BINS;

    private final Map<Integer, Long> classes = new HashMap<>();
    private final long[] confidences = new long[BINS];
    private boolean countsClasses = true;

    /** Whether classes are counted from now on; confidences are in any case. */
    public void countClasses(boolean yes) {
        countsClasses = yes;
    }

    /**
     * Counts one.
     *
     * @param confidence 0 to 1; NaN if it is not known
     */
    public void add(int label, float confidence) {
        if (countsClasses) {
            classes.merge(label, 1L, Long::sum);
        }
        if (!Float.isNaN(confidence)) {
            confidences[Math.min(BINS - 1, Math.max(0, (int) (confidence * BINS)))]++;
        }
    }

    /** Writes what was counted since the last call. */
    public void takeInterval(TelemetryWindow.Builder window) {
        List<Map.Entry<Integer, Long>> byCount = classes.entrySet().stream()
                .sorted(Map.Entry.<Integer, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .toList();
        byCount.stream()
                .limit(TelemetryFormat.NAMED_CLASSES)
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> window.addPredictedClasses(entry.getKey()).addPredictedCounts(entry.getValue()));
        window.setPredictedOthers(byCount.stream()
                .skip(TelemetryFormat.NAMED_CLASSES)
                .mapToLong(Map.Entry::getValue)
                .sum());
        int filled = BINS;
        while (filled > 0 && confidences[filled - 1] == 0) {
            filled--;
        }
        for (int bin = 0; bin < filled; bin++) {
            window.addConfidences(confidences[bin]);
        }
        classes.clear();
        Arrays.fill(confidences, 0);
    }
}
