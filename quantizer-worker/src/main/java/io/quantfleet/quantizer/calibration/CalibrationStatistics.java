package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.target.IntegerType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What one pass of the samples through a model showed of its tensors. Ranges are chosen from it afterwards, by any
 * method, without another pass. Immutable; safe for use by several threads.
 */
public final class CalibrationStatistics {
    private final Map<String, TensorStatistics> tensors;

    CalibrationStatistics(Map<String, TensorStatistics> tensors) {
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /** Statistics of no tensor: what to add to. */
    public static CalibrationStatistics empty() {
        return new CalibrationStatistics(Map.of());
    }

    /** The tensors that were watched. */
    public Set<String> tensors() {
        return tensors.keySet();
    }

    /**
     * What was seen of a tensor.
     *
     * @throws IllegalArgumentException if it was not watched
     */
    public TensorStatistics of(String tensor) {
        TensorStatistics seen = tensors.get(tensor);
        if (seen == null) {
            throw new IllegalArgumentException("tensor " + tensor + " was not watched");
        }
        return seen;
    }

    /**
     * The range that a tensor's integers shall express.
     *
     * @param type the integer type that the tensor will have
     * @param symmetric whether its zero point will be 0
     * @throws IllegalArgumentException if the tensor was not watched
     * @throws IllegalStateException if the method needs histograms and none were collected
     */
    public Range range(String tensor, RangeMethod method, IntegerType type, boolean symmetric) {
        return method.choose(of(tensor), type, symmetric);
    }

    /** These statistics and those of more samples, of some of the tensors: their least and greatest values. */
    CalibrationStatistics andRanges(CalibrationStatistics more) {
        Map<String, TensorStatistics> both = new LinkedHashMap<>();
        tensors.forEach((tensor, seen) -> {
            TensorStatistics later = more.tensors.getOrDefault(tensor, seen);
            both.put(tensor, TensorStatistics.ofRange(seen.range().union(later.range())));
        });
        return new CalibrationStatistics(both);
    }

    /** These statistics and those of other tensors, which win where both have a tensor. */
    public CalibrationStatistics with(CalibrationStatistics other) {
        Map<String, TensorStatistics> both = new LinkedHashMap<>(tensors);
        both.putAll(other.tensors);
        return new CalibrationStatistics(both);
    }
}
