package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.target.Precision;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gives single layers that a variant left in FP32 another precision. Those with activations of 16 bits are not among them:
 * static quantization writes them itself. Stateless.
 */
public final class LayerForms {
    private static final Set<Precision> REWRITTEN = EnumSet.of(Precision.FLOAT16, Precision.INT4_WEIGHTS);
    private static final int BLOCK = 32;

    private LayerForms() {}

    /** Whether a layer that can be quantized can have a precision that is not INT8. */
    public static boolean possible(Graph graph, Node layer, Precision precision) {
        return switch (precision) {
            case FLOAT32, A16W8 -> true;
            case FLOAT16 ->
                layer.inputs().stream()
                        .allMatch(input ->
                                graph.initializer(input).map(Halves::hold).orElse(true));
            case INT4_WEIGHTS -> StoredMatrix.of(graph, layer).isPresent();
            case INT8 -> false;
        };
    }

    /**
     * Rewrites layers.
     *
     * @param precisions by label of a layer, what it gets; each must be {@link #possible}
     */
    public static QuantizedModel apply(QuantizedModel variant, Map<String, Precision> precisions) {
        if (precisions.values().stream().noneMatch(REWRITTEN::contains)) {
            return variant;
        }
        Graph graph = variant.model().graph();
        Set<String> matrices = new HashSet<>();
        for (Node node : graph.sorted()) {
            Precision precision = precisions.getOrDefault(node.label(), Precision.FLOAT32);
            if (precision == Precision.FLOAT16) {
                inHalves(graph, node);
            } else if (precision == Precision.INT4_WEIGHTS) {
                matrices.add(node.label());
            }
        }
        if (!matrices.isEmpty()) {
            Set<String> others = new HashSet<>();
            graph.nodes().forEach(node -> others.add(node.label()));
            others.removeAll(matrices);
            // No accuracy level: the layer is here because integers do it harm.
            WeightBlocks blocks = new WeightBlocks(BLOCK, true, 0, Optional.of(BlockEncoding.MATMUL_N_BITS));
            WeightOnlyOptions options = new WeightOnlyOptions(Byte.SIZE / 2, blocks, others);
            new WeightOnlyRewriter(graph, options, Forms::inMemory, Forms::storedInMemory).rewrite((done, all) -> {});
        }
        graph.removeUnused();
        return variant.withModel(variant.model().withGraph(graph));
    }

    private static void inHalves(Graph graph, Node layer) {
        for (int place = 0; place < layer.inputs().size(); place++) {
            String input = layer.inputs().get(place);
            if (input.isEmpty()) {
                continue;
            }
            String half = graph.freshName(input + "_half");
            Optional<TensorProto> stored = graph.initializer(input);
            if (stored.isPresent()) {
                graph.setInitializer(Halves.of(half, stored.get()));
            } else {
                graph.add(cast(half, input, half, TensorProto.DataType.FLOAT16_VALUE));
            }
            graph.setInput(layer, place, half);
        }
        String output = layer.output();
        String half = graph.freshName(output + "_half");
        graph.renameOutput(layer, output, half);
        graph.add(cast(output, half, output, TensorProto.DataType.FLOAT_VALUE));
    }

    private static Node cast(String name, String from, String to, int type) {
        return Node.of(name + "_cast", "Cast", List.of(from), List.of(to)).with("to", type);
    }
}
