package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
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
        HalfTensors halves = new HalfTensors(graph, Forms::inMemory, Forms::storedInMemory);
        for (TensorProto tensor : List.copyOf(graph.initializers())) {
            if (!HalfTensors.worthwhile(tensor)) {
                continue;
            }
            List<String> reading =
                    graph.consumers(tensor.getName()).stream().map(Node::label).toList();
            Optional<String> reason =
                    excluded.contains(tensor.getName()) ? Optional.of("it is excluded") : halves.store(tensor);
            if (reason.isPresent()) {
                leftFloat.add(new FloatLayer(tensor.getName(), "stored tensor", reason.get()));
            } else {
                readers.addAll(reading);
            }
        }
        graph.removeUnused();
        OnnxModel model = prepared.model().withGraph(graph);
        return Forms.checked(model, METHOD, readers, leftFloat, start);
    }
}
