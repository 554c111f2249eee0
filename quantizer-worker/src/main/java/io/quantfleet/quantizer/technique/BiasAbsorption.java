package io.quantfleet.quantizer.technique;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.InputChannels;
import io.quantfleet.quantizer.prepare.OutputChannels;
import io.quantfleet.quantizer.prepare.PreparedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Takes from channels what all their values have in common, and gives it to the bias of the layer that reads them, so that
 * what is left has a smaller range. Nagel et al. 2019, <em>Data-Free Quantization Through Weight Equalization and Bias
 * Correction</em>, section 4.1.3. The paper infers from BatchNorm what nearly all values have in common; here it is what
 * all values of the samples had, less some caution.
 */
public final class BiasAbsorption {
    /** The name in reports. */
    public static final String NAME = "bias-absorption";

    /** This share of a channel's range is kept below the least value that was seen. */
    private static final double CAUTION = 0.1;

    private BiasAbsorption() {}

    /** Absorbs high biases of all pairs of layers. */
    public static Treatment apply(PreparedModel model, SampleSource samples, int threads) {
        Graph graph = model.model().graph();
        List<LayerPair> pairs = LayerPair.of(graph, model.facts()).stream()
                .filter(pair -> pair.bound().filter(node -> node.is("Relu")).isPresent())
                .filter(pair -> direct(graph, pair) && !padded(pair.second()))
                .toList();
        if (pairs.isEmpty()) {
            return new Treatment(model, List.of());
        }
        Map<LayerPair, ChannelExtremes> seen = CrossLayerEqualization.extremes(model, pairs, samples, threads);
        List<Finding> findings = new ArrayList<>();
        seen.forEach((pair, extremes) -> absorb(graph, pair, extremes, findings));
        return findings.isEmpty()
                ? new Treatment(model, List.of())
                : new Treatment(model.rewritten(graph, samples), findings);
    }

    private static boolean direct(Graph graph, LayerPair pair) {
        return pair.bound()
                .filter(bound -> graph.consumers(bound.output()).contains(pair.second()))
                .isPresent();
    }

    // Where zeros are padded, the second layer would have to know which.
    private static boolean padded(Node layer) {
        boolean explicit = layer.integers("pads")
                .filter(pads -> pads.stream().anyMatch(pad -> pad != 0))
                .isPresent();
        String automatic = layer.text("auto_pad", "NOTSET");
        return explicit || automatic.startsWith("SAME");
    }

    private static void absorb(Graph graph, LayerPair pair, ChannelExtremes seen, List<Finding> findings) {
        int channels = seen.channels();
        double[] common = new double[channels];
        int absorbed = 0;
        double largest = 0;
        for (int i = 0; i < channels; i++) {
            double range = seen.greatest(i) - (double) seen.least(i);
            common[i] = Math.max(0, seen.least(i) - CAUTION * range);
            absorbed += common[i] > 0 ? 1 : 0;
            largest = Math.max(largest, common[i]);
        }
        if (absorbed == 0) {
            return;
        }
        TensorProto weight = LayerPair.weight(graph, pair.second());
        float[] values = Tensors.floats(weight);
        InputChannels read = InputChannels.of(pair.second(), weight);
        OutputChannels made = OutputChannels.of(pair.second(), weight);
        double[] gained = new double[made.count()];
        for (int i = 0; i < values.length; i++) {
            gained[made.ofElement(i)] += values[i] * common[read.ofElement(i)];
        }
        double[] lost = new double[channels];
        for (int i = 0; i < channels; i++) {
            lost[i] = -common[i];
        }
        ChannelScaling.shiftOutputs(graph, pair.first(), lost);
        ChannelScaling.shiftOutputs(graph, pair.second(), gained);
        findings.add(new Finding(
                NAME,
                pair.first().label(),
                String.format(
                        Locale.ROOT,
                        "%d of %d channels were never below a value that the bias of %s now holds, %.3g at most",
                        absorbed,
                        channels,
                        pair.second().label(),
                        largest)));
    }
}
