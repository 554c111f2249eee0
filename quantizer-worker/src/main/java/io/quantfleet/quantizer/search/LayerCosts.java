package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.form.LayerForms;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.Precision;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What it costs to give a layer another precision than INT8: time and bytes. */
final class LayerCosts {
    /** Quantizing before and after a layer takes about this, in microseconds, where the layer itself would be faster. */
    private static final double LEAST_MICROSECONDS = 1;

    private static final String CPU = "onnxruntime-cpu";

    private static final List<Precision> CLOSEST =
            List.of(Precision.FLOAT32, Precision.FLOAT16, Precision.A16W8, Precision.INT4_WEIGHTS);

    private static final double MICROS_OF_A_MILLI = 1000;

    private final Graph graph;
    private final LayerTimes times;
    private final Set<Precision> allowed;
    private final double total;
    private final Map<String, Node> nodes = new LinkedHashMap<>();

    LayerCosts(SearchSetting setting, DeviceClassProfile profile, Candidate variant) {
        this.graph = variant.calibration().prepared().model().graph();
        this.times = new LayerTimes(setting, profile, variant);
        this.total = times.total(variant);
        this.allowed = EnumSet.copyOf(profile.layers());
        allowed.remove(Precision.INT8);
        if (profile.activations().type().bytes() > 1) {
            // They are all like that.
            allowed.remove(Precision.A16W8);
        }
        if (profile.everyOperator()) {
            allowed.retainAll(EnumSet.of(Precision.A16W8));
        }
        if (!profile.runtime().equals(CPU)) {
            // A single layer of them is MatMulNBits, which is ONNX Runtime's own.
            allowed.remove(Precision.INT4_WEIGHTS);
        }
        graph.sorted().forEach(node -> nodes.put(node.label(), node));
    }

    /** The precision that a layer may have and that costs least; empty if it must stay in INT8. */
    Optional<Precision> cheapest(String layer, Objective objective) {
        return choices(layer).stream()
                .min(Comparator.comparingDouble((Precision precision) -> cost(layer, precision, objective))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** The one that follows FP32 most closely. */
    Optional<Precision> closest(String layer) {
        Set<Precision> choices = choices(layer);
        return CLOSEST.stream().filter(choices::contains).findFirst();
    }

    private Set<Precision> choices(String layer) {
        Set<Precision> choices = EnumSet.noneOf(Precision.class);
        Node node = nodes.get(layer);
        if (node != null) {
            allowed.stream()
                    .filter(precision -> LayerForms.possible(graph, node, precision))
                    .forEach(choices::add);
        }
        return choices;
    }

    /** What the objective loses, at least a little. */
    double of(String layer, Precision precision, Objective objective) {
        double least = objective == Objective.LATENCY ? LEAST_MICROSECONDS : 1;
        return Math.max(least, cost(layer, precision, objective));
    }

    private double cost(String layer, Precision precision, Objective objective) {
        Node node = nodes.get(layer);
        if (node == null) {
            return 0;
        }
        return objective == Objective.LATENCY
                ? times.micros(node, precision) - times.micros(node, Precision.INT8)
                : weights(node) * (bits(precision) - bits(Precision.INT8)) / Byte.SIZE;
    }

    private double weights(Node node) {
        return node.input(1).flatMap(graph::initializer).map(Tensors::elements).orElse(0L);
    }

    // Blocks of 32 share a scale of 32 bits.
    private static double bits(Precision precision) {
        return switch (precision) {
            case INT8, A16W8 -> 8;
            case FLOAT16 -> 16;
            case FLOAT32 -> 32;
            case INT4_WEIGHTS -> 5;
        };
    }

    /** The variant's time with layers in these precisions, in milliseconds. */
    double latencyMs(Map<String, Precision> layers) {
        double sum = total;
        for (Map.Entry<String, Precision> layer : layers.entrySet()) {
            sum += of(layer.getKey(), layer.getValue(), Objective.LATENCY);
        }
        return sum / MICROS_OF_A_MILLI;
    }
}
