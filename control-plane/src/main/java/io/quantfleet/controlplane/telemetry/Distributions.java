package io.quantfleet.controlplane.telemetry;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.protocols.mqtt.TelemetryFormat;
import io.quantfleet.protocols.v1.ErrorCount;
import io.quantfleet.protocols.v1.ErrorKind;
import io.quantfleet.protocols.v1.TelemetryWindow;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was predicted and what went wrong, as counts that add up.
 *
 * @param classes how often each class was predicted, by its index
 * @param others how often classes were that are not among them
 * @param confidences how often the score of the predicted class lay in each of {@link #BINS} bins of equal width, 0 to 1
 */
record Distributions(Map<Integer, Long> classes, long others, List<Long> confidences, Map<ErrorKind, Long> errors) {
    static final int BINS = TelemetryFormat.CONFIDENCE_BINS;

    /** Classes that a sum tells apart; the rarest beyond are counted among the others. */
    static final int CLASSES = 1024;

    static final Distributions NONE = new Distributions(Map.of(), 0, List.of(), Map.of());

    Distributions {
        classes = Map.copyOf(classes);
        confidences = List.copyOf(confidences);
        errors = Map.copyOf(errors);
    }

    /**
     * Those of a window.
     *
     * @throws IllegalArgumentException if they are none
     */
    static Distributions of(TelemetryWindow window) {
        if (window.getPredictedClassesCount() > TelemetryFormat.NAMED_CLASSES) {
            throw new IllegalArgumentException(window.getPredictedClassesCount() + " classes; the "
                    + TelemetryFormat.NAMED_CLASSES + " that were predicted most may be named");
        }
        return read(window);
    }

    private static Distributions read(TelemetryWindow window) {
        if (window.getPredictedClassesCount() != window.getPredictedCountsCount()) {
            throw new IllegalArgumentException(window.getPredictedClassesCount() + " predicted classes, and counts of "
                    + window.getPredictedCountsCount());
        }
        if (window.getConfidencesCount() > BINS) {
            throw new IllegalArgumentException(window.getConfidencesCount() + " bins of confidence; there are " + BINS);
        }
        Map<Integer, Long> classes = new TreeMap<>();
        for (int i = 0; i < window.getPredictedClassesCount(); i++) {
            int label = window.getPredictedClasses(i);
            if (label < 0 || classes.put(label, count(window.getPredictedCounts(i))) != null) {
                throw new IllegalArgumentException("predicted class " + label + " is named twice, or is none");
            }
        }
        Map<ErrorKind, Long> errors = new EnumMap<>(ErrorKind.class);
        window.getErrorsByKindList()
                .forEach(error -> errors.merge(error.getKind(), count(error.getCount()), Long::sum));
        window.getConfidencesList().forEach(Distributions::count);
        return new Distributions(classes, count(window.getPredictedOthers()), window.getConfidencesList(), errors);
    }

    private static long count(long count) {
        if (count < 0) {
            throw new IllegalArgumentException("a count is above 2^63");
        }
        return count;
    }

    /** Reads what {@link #encode} wrote. */
    static Distributions decode(byte[] encoded) {
        try {
            return read(TelemetryWindow.parseFrom(encoded));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the database holds counts that don't parse", e);
        }
    }

    /** As a telemetry window that has nothing else. */
    byte[] encode() {
        TelemetryWindow.Builder window = TelemetryWindow.newBuilder().setPredictedOthers(others);
        new TreeMap<>(classes)
                .forEach((label, count) -> window.addPredictedClasses(label).addPredictedCounts(count));
        window.addAllConfidences(confidences);
        new TreeMap<>(errors).forEach((kind, count) -> {
            // A kind of a later agent is kept as no kind that is known.
            ErrorKind known = kind == ErrorKind.UNRECOGNIZED ? ErrorKind.ERROR_KIND_UNSPECIFIED : kind;
            window.addErrorsByKind(ErrorCount.newBuilder().setKind(known).setCount(count));
        });
        return window.build().toByteArray();
    }

    /** How many predictions there were. */
    long predictions() {
        return others + classes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Adds up any number of them. For one thread. */
    static final class Sum {
        private final Map<Integer, Long> classes = new TreeMap<>();
        private final long[] confidences = new long[BINS];
        private final Map<ErrorKind, Long> errors = new EnumMap<>(ErrorKind.class);
        private long others;

        Sum add(Distributions more) {
            more.classes.forEach((label, count) -> classes.merge(label, count, Long::sum));
            others += more.others;
            for (int bin = 0; bin < more.confidences.size(); bin++) {
                confidences[bin] += more.confidences.get(bin);
            }
            more.errors.forEach((kind, count) -> errors.merge(kind, count, Long::sum));
            return this;
        }

        Distributions distributions() {
            if (classes.size() > CLASSES) {
                List<Integer> rare = classes.entrySet().stream()
                        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                        .skip(CLASSES)
                        .map(Map.Entry::getKey)
                        .toList();
                rare.forEach(label -> others += classes.getOrDefault(label, 0L));
                rare.forEach(classes::remove);
            }
            int filled = BINS;
            while (filled > 0 && confidences[filled - 1] == 0) {
                filled--;
            }
            return new Distributions(
                    classes,
                    others,
                    Arrays.stream(confidences, 0, filled).boxed().toList(),
                    errors);
        }
    }
}
