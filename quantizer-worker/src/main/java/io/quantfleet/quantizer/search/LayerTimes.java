package io.quantfleet.quantizer.search;

import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.prepare.Workload;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.OperatorTimes;
import io.quantfleet.quantizer.sensitivity.SampleFeeds;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.Precision;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * How long operators take in each precision: what the device class's own table says, else what was measured on this
 * machine, operator by operator, in FP32 and in the quantized variant. What neither tells is taken from those two: 16-bit
 * floats take half of FP32's time where they are not merely stored, activations of 16 bits twice that of 8.
 */
final class LayerTimes {
    private static final int RUNS = 20;
    private static final String CPU = "onnxruntime-cpu";

    private final DeviceClassProfile profile;
    private final PreparedModel prepared;
    private final Graph graph;
    private final OperatorTimes slow;
    private final OperatorTimes fast;

    LayerTimes(SearchSetting setting, DeviceClassProfile profile, Candidate variant) {
        this.profile = profile;
        this.prepared = variant.calibration().prepared();
        this.graph = prepared.model().graph();
        Map<String, HostTensor> sample = new SampleFeeds(setting.description(), setting.calibration()).of(0, 1);
        this.slow = OperatorTimes.measure(prepared.model().serialized(), sample, RUNS);
        this.fast = OperatorTimes.measure(variant.quantized().model().serialized(), sample, RUNS);
    }

    /** What all operators of the variant take, in microseconds. */
    double total(Candidate variant) {
        if (profile.latencyTable().isEmpty()) {
            return fast.total();
        }
        double sum = 0;
        for (Node node : graph.sorted()) {
            boolean quantized = variant.quantized().quantizedNodes().contains(node.label());
            sum += micros(node, quantized ? Precision.INT8 : Precision.FLOAT32);
        }
        return sum;
    }

    /** What one operator takes, in microseconds. */
    double micros(Node node, Precision precision) {
        OptionalDouble known = profile.latencyTable()
                .micros(node.operator(), precision, Workload.millions(graph, prepared.facts(), node));
        return known.isPresent() ? known.getAsDouble() : measured(node, precision);
    }

    private double measured(Node node, Precision precision) {
        return switch (precision) {
            case INT8 -> time(fast, node);
            case A16W8 -> 2 * time(fast, node);
            case FLOAT16 -> time(slow, node) / (profile.runtime().equals(CPU) ? 1 : 2);
            case FLOAT32, INT4_WEIGHTS -> time(slow, node);
        };
    }

    // ONNX Runtime calls an operator by its name or by what it makes, that of a bound fused into it included.
    private double time(OperatorTimes times, Node node) {
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
}
