package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.OperatorTimes;
import io.quantfleet.quantizer.sensitivity.SampleFeeds;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What it costs to leave a layer in FP32: time, measured on this machine operator by operator in FP32 and in the
 * quantized variant, and bytes.
 */
final class LayerCosts {
    private static final int RUNS = 20;

    /** Quantizing before and after a layer takes about this, in microseconds, where the layer itself would be faster. */
    private static final double LEAST_MICROSECONDS = 1;

    private static final int BYTES_SAVED = 3;

    private final Map<String, Double> microseconds = new LinkedHashMap<>();
    private final Map<String, Double> bytes = new LinkedHashMap<>();
    private final double total;

    LayerCosts(SearchSetting setting, OnnxModel fp32, OnnxModel variant) {
        Map<String, HostTensor> sample = new SampleFeeds(setting.description(), setting.calibration()).of(0, 1);
        OperatorTimes slow = OperatorTimes.measure(fp32.serialized(), sample, RUNS);
        OperatorTimes fast = OperatorTimes.measure(variant.serialized(), sample, RUNS);
        total = fast.total() / 1000;
        Graph graph = fp32.graph();
        for (Node node : graph.sorted()) {
            double extra = time(slow, graph, node) - time(fast, graph, node);
            microseconds.put(node.label(), Math.max(LEAST_MICROSECONDS, extra));
            double weights = node.inputs().size() < 2
                    ? 0
                    : graph.initializer(node.inputs().get(1))
                            .map(Tensors::elements)
                            .orElse(0L);
            bytes.put(node.label(), Math.max(1, weights * BYTES_SAVED));
        }
    }

    // ONNX Runtime calls an operator by its name or by what it makes, that of a bound fused into it included.
    private static double time(OperatorTimes times, Graph graph, Node node) {
        Stream<String> bounds = graph.consumers(node.output()).stream()
                .filter(reader -> reader.is("Relu") || reader.is("Clip"))
                .flatMap(reader -> Stream.of(reader.label(), reader.output()));
        return Stream.concat(Stream.of(node.label(), node.output()), bounds)
                .filter(Objects::nonNull)
                .distinct()
                .mapToDouble(times::of)
                .max()
                .orElse(0);
    }

    /** What the objective loses if the layer stays in FP32. */
    double of(String layer, Objective objective) {
        return (objective == Objective.LATENCY ? microseconds : bytes).getOrDefault(layer, 1.0);
    }

    /** The variant's time with these layers in FP32, in milliseconds. */
    double latencyMs(Iterable<String> floatLayers) {
        double sum = total;
        for (String layer : floatLayers) {
            sum += of(layer, Objective.LATENCY) / 1000;
        }
        return sum;
    }
}
