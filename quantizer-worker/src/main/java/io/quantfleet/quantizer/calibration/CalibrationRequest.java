package io.quantfleet.quantizer.calibration;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What to collect of a model's tensors.
 *
 * @param tensors tensors of 32-bit floats: their least and greatest values
 * @param histograms whether their histograms are collected too
 * @param channels tensors whose channels' means are collected, and where their channels are; they need not be among
 *     {@code tensors}
 */
public record CalibrationRequest(Set<String> tensors, boolean histograms, Map<String, ChannelAxis> channels) {

    public CalibrationRequest {
        channels = Collections.unmodifiableMap(new LinkedHashMap<>(channels));
        Set<String> all = new LinkedHashSet<>(tensors);
        all.addAll(channels.keySet());
        tensors = Collections.unmodifiableSet(all);
    }

    /**
     * Which of a tensor's axes are its channels.
     *
     * @param axis from 0; 1 after a convolution, the last after a matrix product
     * @param rank how many axes the tensor has
     */
    public record ChannelAxis(int axis, int rank) {
        public ChannelAxis {
            if (axis < 0 || axis >= rank) {
                throw new IllegalArgumentException("there is no axis " + axis + " among " + rank);
            }
        }
    }

    /** Least and greatest values alone: the cheapest. */
    public static CalibrationRequest ranges(Set<String> tensors) {
        return new CalibrationRequest(tensors, false, Map.of());
    }

    /** Whether nothing but least and greatest values is wanted. */
    boolean rangesAlone() {
        return !histograms && channels.isEmpty();
    }

    /** Everything that any method needs. */
    public static CalibrationRequest histograms(Set<String> tensors) {
        return new CalibrationRequest(tensors, true, Map.of());
    }

    /** The means of channels, for the correction of biases. */
    public static CalibrationRequest means(Map<String, ChannelAxis> channels) {
        return new CalibrationRequest(Set.of(), false, channels);
    }

    /** The same of some of its tensors. */
    CalibrationRequest of(Set<String> some) {
        Map<String, ChannelAxis> theirs = new LinkedHashMap<>(channels);
        theirs.keySet().retainAll(some);
        return new CalibrationRequest(some, histograms, theirs);
    }

    /** The same and the means of channels. */
    public CalibrationRequest andMeans(Map<String, ChannelAxis> wanted) {
        Map<String, ChannelAxis> both = new LinkedHashMap<>(channels);
        both.putAll(wanted);
        return new CalibrationRequest(tensors, histograms, both);
    }
}
