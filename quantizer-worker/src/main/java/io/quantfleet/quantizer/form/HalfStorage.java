package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.FloatLayer;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Weights stored in 16-bit floats and made FP32 when the model is loaded: half the bytes, nearly the same function, and
 * exactly the same speed. Stateless.
 */
public final class HalfStorage {
    /** How reports name the method. */
    public static final String METHOD = "fp16-storage";

    /** Smaller tensors are parameters of operators more often than weights, and not worth it. */
    private static final int FEWEST_ELEMENTS = 256;

    private HalfStorage() {}

    /**
     * Makes the variant.
     *
     * @param excluded names of stored tensors that are left alone
     * @throws io.quantfleet.quantizer.QuantizerException if there is no weight to store, or ONNX Runtime does not load
     *     the variant
     */
    public static QuantizedModel quantize(PreparedModel prepared, Set<String> excluded) {
        long start = System.nanoTime();
        Graph graph = prepared.model().graph();
        Set<String> readers = new LinkedHashSet<>();
        List<FloatLayer> leftFloat = new ArrayList<>();
        for (TensorProto tensor : List.copyOf(graph.initializers())) {
            if (!Tensors.isFloat(tensor) || Tensors.elements(tensor) < FEWEST_ELEMENTS) {
                continue;
            }
            Optional<String> reason = reasonToLeave(graph, tensor, excluded);
            if (reason.isPresent()) {
                leftFloat.add(new FloatLayer(tensor.getName(), "stored tensor", reason.get()));
            } else {
                graph.consumers(tensor.getName()).forEach(reader -> readers.add(reader.label()));
                store(graph, tensor);
            }
        }
        graph.removeUnused();
        OnnxModel model = prepared.model().withGraph(graph);
        return Forms.checked(model, METHOD, readers, leftFloat, start);
    }

    private static Optional<String> reasonToLeave(Graph graph, TensorProto tensor, Set<String> excluded) {
        String name = tensor.getName();
        if (excluded.contains(name)) {
            return Optional.of("it is excluded");
        }
        if (graph.isOutput(name)
                || graph.consumers(name).stream()
                        .anyMatch(reader -> reader.captured().contains(name))) {
            return Optional.of("a graph inside an operator reads it, or it is an output");
        }
        return Halves.hold(tensor) ? Optional.empty() : Optional.of("it has values beyond what 16-bit floats express");
    }

    private static void store(Graph graph, TensorProto tensor) {
        String half = graph.freshName(tensor.getName() + "_half");
        String real = graph.freshName(tensor.getName() + "_float");
        graph.setInitializer(Halves.of(half, tensor));
        graph.redirect(tensor.getName(), real, reader -> true);
        graph.add(Node.of(tensor.getName() + "_cast", "Cast", List.of(half), List.of(real))
                .with("to", TensorProto.DataType.FLOAT_VALUE));
    }
}
