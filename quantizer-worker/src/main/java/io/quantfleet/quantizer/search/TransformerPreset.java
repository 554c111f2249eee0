package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import java.util.List;
import java.util.Set;

/** The classical assignment for transformers: weights of projections in integers; embeddings, norms and the head in floats. */
public final class TransformerPreset {
    /** Its name on the command line and in reports. */
    public static final String NAME = "transformer";

    private static final String EMBEDDINGS = "Gather";
    private static final String HEAD = "last";

    /** What it excludes, see {@link ExcludedLayers}. */
    public static final List<String> EXCLUDED = List.of("op:" + EMBEDDINGS, HEAD);

    private TransformerPreset() {}

    /** Whether a model has an attention: weights by Softmax, multiplied with values that are computed, too. */
    static boolean suits(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> node.is("Softmax"))
                .flatMap(softmax -> graph.consumers(softmax.output()).stream())
                .anyMatch(reader -> reader.is("MatMul")
                        && reader.inputs().stream()
                                .allMatch(input -> graph.producer(input).isPresent()));
    }

    /** Labels of the operators of a model that stay in floats. */
    static Set<String> excluded(Graph graph) {
        boolean embeds = graph.nodes().stream().anyMatch((Node node) -> node.is(EMBEDDINGS));
        return ExcludedLayers.find(graph, embeds ? EXCLUDED : List.of(HEAD)).keySet();
    }
}
