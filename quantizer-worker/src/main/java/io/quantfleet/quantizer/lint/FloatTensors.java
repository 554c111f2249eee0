package io.quantfleet.quantizer.lint;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.QuantizedGraph;
import java.util.HashSet;
import java.util.Set;

/** Which tensors of a variant hold 32-bit floats, told from the graph alone. */
final class FloatTensors {
    /** Operators that read floats and give something else. */
    private static final Set<String> GIVE_OTHERS = Set.of(
            "Shape",
            "Size",
            "ArgMax",
            "ArgMin",
            "NonZero",
            "Equal",
            "Greater",
            "GreaterOrEqual",
            "Less",
            "LessOrEqual",
            "IsNaN",
            "IsInf",
            "QuantizeLinear",
            "DynamicQuantizeLinear",
            "NonMaxSuppression");

    /** Operators whose further outputs are indices or masks. */
    private static final Set<String> FIRST_ONLY = Set.of("MaxPool", "TopK", "Dropout", "Unique");

    /** Operators that say themselves what they give. */
    private static final Set<String> NAMED = Set.of("Cast", "Constant", "ConstantOfShape");

    private final QuantizedGraph quantized;
    private final Set<String> floats = new HashSet<>();

    FloatTensors(QuantizedGraph quantized) {
        this.quantized = quantized;
        floats.addAll(quantized.floatInputs());
        Graph graph = quantized.graph();
        graph.sorted().stream()
                .filter(this::givesFloats)
                .forEach(node -> floats.addAll(
                        FIRST_ONLY.contains(node.operator()) ? node.outputs().subList(0, 1) : node.outputs()));
    }

    private boolean givesFloats(Node node) {
        if (QuantizedGraph.dequantizes(node)) {
            return true;
        }
        if (NAMED.contains(node.operator())) {
            return QuantizedGraph.namesFloats(node);
        }
        return !GIVE_OTHERS.contains(node.operator())
                && (node.hasSubgraph() || node.inputs().stream().anyMatch(this::contains));
    }

    /** Whether the tensor holds floats, computed or stored. */
    boolean contains(String tensor) {
        return floats.contains(tensor) || quantized.isStoredFloat(tensor);
    }
}
