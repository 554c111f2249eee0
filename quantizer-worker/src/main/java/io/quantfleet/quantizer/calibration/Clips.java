package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.OnnxModel;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Tensors that are held between two bounds, most of what a network with ReLU6 has. Once both were reached, no sample can
 * widen the range, and the tensor need not be reduced any longer. What is no number in it would still be found out in
 * others: tensors where it would not are not among these.
 *
 * @param all the tensors of interest
 * @param tensors those with bounds, and the bounds
 */
record Clips(Set<String> all, Map<String, Range> tensors) {

    static Clips of(OnnxModel model, Set<String> all) {
        Graph graph = model.graph();
        ShortWay shortWay = new ShortWay(graph);
        Map<String, Range> bounds = new LinkedHashMap<>();
        for (String tensor : all) {
            if (shortWay.showsInLaterSums(tensor)) {
                shortWay.bounds(tensor).ifPresent(bound -> bounds.put(tensor, bound));
            }
        }
        return new Clips(all, bounds);
    }

    /** The tensors of interest that may still show something new. */
    Set<String> notYetReached(CalibrationStatistics seen) {
        Set<String> open = new LinkedHashSet<>(all);
        tensors.forEach((tensor, bounds) -> {
            if (seen.of(tensor).range().equals(bounds)) {
                open.remove(tensor);
            }
        });
        return open;
    }
}
