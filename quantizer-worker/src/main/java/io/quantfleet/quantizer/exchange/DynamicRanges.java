package io.quantfleet.quantizer.exchange;

import io.quantfleet.quantizer.onnx.Coding;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The dynamic ranges of computed tensors, a line each: the tensor's name, a space, and the largest magnitude that its
 * integers express. The form of ONNX Runtime's {@code calibration.cache} for its TensorRT provider.
 */
final class DynamicRanges {
    private DynamicRanges() {}

    static String of(QuantizedGraph variant) {
        TensorNames names = new TensorNames(variant);
        Map<String, Float> ranges = new TreeMap<>();
        variant.codings().values().stream()
                .flatMap(Optional::stream)
                .filter(coding -> QuantizedGraph.quantizes(coding.node()) && coding.perTensor())
                .filter(coding -> !names.converts(coding))
                .forEach(coding -> ranges.put(names.computed(coding), (float) largest(coding)));
        StringBuilder table = new StringBuilder();
        ranges.forEach(
                (name, range) -> table.append(name).append(' ').append(range).append('\n'));
        return table.toString();
    }

    // TensorRT's integers are symmetric: the range ends where 127 is, and -128 stands for nothing.
    private static double largest(Coding coding) {
        return coding.symmetric() && coding.type().signed()
                ? coding.highest(0)
                : Math.max(-coding.lowest(0), coding.highest(0));
    }
}
