package io.quantfleet.quantizer.technique;

import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.prepare.PreparedModel;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes Clips from zero on, such as Relu6, between two layers as Relu, so that their channels can be scaled at will:
 * Nagel et al. 2019, <em>Data-Free Quantization Through Weight Equalization and Bias Correction</em>, section 5.1.1. This
 * changes the function where values reached the bound; whoever asks for it compares the outputs before it is used.
 */
public final class UnboundClips {
    /** The name in reports. */
    public static final String NAME = "clip-to-relu";

    private UnboundClips() {}

    /** Replaces the bounds between all pairs of layers. */
    public static Treatment apply(PreparedModel model, SampleSource samples) {
        Graph graph = model.model().graph();
        List<Finding> findings = new ArrayList<>();
        for (LayerPair pair : LayerPair.of(graph, model.facts())) {
            pair.bound().filter(node -> node.is("Clip")).ifPresent(clip -> {
                graph.remove(clip);
                graph.add(Node.of(clip.name(), "Relu", List.of(clip.inputs().get(0)), clip.outputs()));
                findings.add(new Finding(
                        NAME, clip.label(), "its upper bound was dropped, so that channels can be equalized"));
            });
        }
        graph.removeUnused();
        return findings.isEmpty()
                ? new Treatment(model, List.of())
                : new Treatment(model.rewrittenFreely(graph, samples), findings);
    }
}
