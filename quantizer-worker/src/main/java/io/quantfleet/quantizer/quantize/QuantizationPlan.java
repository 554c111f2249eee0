package io.quantfleet.quantizer.quantize;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is to be quantized, before any scale is known.
 *
 * @param nodes operators that compute on quantized tensors
 * @param tensors computed tensors and inputs that are quantized
 * @param sources for each of them the tensor whose scale it has: itself, or what it was only moved from
 * @param leftFloat operators on floats that are not quantized, and why
 * @param wide operators whose activations are in 16 bits where others' are in 8
 */
record QuantizationPlan(
        Set<Node> nodes, Set<String> tensors, Map<String, String> sources, List<FloatLayer> leftFloat, Set<Node> wide) {

    QuantizationPlan {
        nodes = Collections.unmodifiableSet(new LinkedHashSet<>(nodes));
        tensors = Collections.unmodifiableSet(new LinkedHashSet<>(tensors));
        sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
        leftFloat = List.copyOf(leftFloat);
        wide = Set.copyOf(wide);
    }

    /** Whether a tensor is stored in 16 bits by whoever makes it. */
    boolean isWide(Graph graph, String tensor) {
        Optional<Node> maker = graph.producer(tensor);
        return maker.map(wide::contains)
                .orElseGet(() -> graph.consumers(tensor).stream().anyMatch(wide::contains));
    }

    /** The computed tensors whose range must be known. */
    Set<String> toCalibrate(Graph graph) {
        Set<String> computed = new LinkedHashSet<>(sources.values());
        computed.removeIf(source -> graph.initializer(source).isPresent());
        return computed;
    }
}
