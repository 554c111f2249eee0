package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.calibration.CalibrationRequest.ChannelAxis;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * What is added to a model so that a run shows what a calibration wants to know. Least and greatest values are reduced
 * inside the graph and leave it as one vector each. They pass over a value that is not a number, so sums, which do not,
 * are taken as well. Tensors whose histograms are wanted leave the graph whole, and nothing of them is reduced.
 */
final class Instruments {
    private static final int REDUCE_MEAN_TAKES_AXES_AS_INPUT = 18;

    private final OnnxModel original;
    private final Graph graph;
    private final Set<String> outputs = new LinkedHashSet<>();
    private final Map<String, String> whole = new LinkedHashMap<>();
    private final Map<String, String> means = new LinkedHashMap<>();
    private final List<String> reduced = new ArrayList<>();

    /** What the reductions' vectors are called. */
    record Vectors(String least, String greatest, String sum) {}

    private Vectors vectors = new Vectors("", "", "");
    private String zero = "";
    private String axis = "";

    private Instruments(OnnxModel original) {
        this.original = original;
        this.graph = original.graph();
    }

    /** Instruments for the tensors of a request that belong to a group. */
    static Instruments of(OnnxModel model, CalibrationRequest request, Set<String> group) {
        Instruments instruments = new Instruments(model);
        if (request.histograms()) {
            group.forEach(instruments::showWhole);
        } else {
            instruments.reduce(group);
        }
        request.channels().forEach((tensor, axis) -> {
            if (group.contains(tensor)) {
                instruments.reduceToMeans(tensor, axis);
            }
        });
        return instruments;
    }

    // An input of the graph can't be its output, too; and names of outputs must be told apart from those of vectors.
    private void showWhole(String tensor) {
        String output = tensor;
        if (graph.isInput(tensor)) {
            output = graph.freshName(tensor + "_seen");
            graph.add(Node.of(output, "Identity", List.of(tensor), List.of(output)));
        }
        whole.put(tensor, output);
        outputs.add(output);
    }

    private void reduce(Set<String> tensors) {
        if (tensors.isEmpty()) {
            return;
        }
        ShortWay shortWay = new ShortWay(graph);
        List<String> least = new ArrayList<>();
        List<String> greatest = new ArrayList<>();
        List<String> sums = new ArrayList<>();
        for (String tensor : tensors) {
            reduced.add(tensor);
            boolean pooled = shortWay.reachesZeroAndPools(tensor);
            least.add(pooled ? zero() : scalar("ReduceMin", tensor));
            greatest.add(scalar("ReduceMax", pooled ? pooledMost(tensor) : tensor));
            sums.add(pooled && shortWay.showsInLaterSums(tensor) ? zero() : scalar("ReduceSum", tensor));
        }
        vectors = new Vectors(vector("all_least", least), vector("all_greatest", greatest), vector("all_sums", sums));
    }

    private String zero() {
        if (zero.isEmpty()) {
            zero = graph.freshName("part_zero");
            graph.setInitializer(Tensors.ofFloats(zero, List.of(1L), 0));
        }
        return zero;
    }

    // Runs in the blocked layout of convolutions, where a reduction would have everything copied out of it first.
    private String pooledMost(String tensor) {
        String output = graph.freshName(tensor + "_most");
        graph.add(Node.of(output, "GlobalMaxPool", List.of(tensor), List.of(output)));
        return output;
    }

    private String scalar(String operator, String tensor) {
        String scalar = graph.freshName(tensor + "_" + operator);
        graph.add(Node.of(scalar, operator, List.of(tensor), List.of(scalar)).with("keepdims", 0));
        if (axis.isEmpty()) {
            axis = graph.freshName("vector_axis");
            graph.setInitializer(Tensors.ofLongs(axis, 0));
        }
        String part = graph.freshName(scalar + "_part");
        graph.add(Node.of(part, "Unsqueeze", List.of(scalar, axis), List.of(part)));
        return part;
    }

    private String vector(String name, List<String> parts) {
        String vector = graph.freshName(name);
        graph.add(Node.of(vector, "Concat", parts, List.of(vector)).with("axis", 0));
        outputs.add(vector);
        return vector;
    }

    private void reduceToMeans(String tensor, ChannelAxis channels) {
        long[] axes = LongStream.range(0, channels.rank())
                .filter(axis -> axis != channels.axis())
                .toArray();
        String output = graph.freshName(tensor + "_means");
        Node node;
        if (original.opset() >= REDUCE_MEAN_TAKES_AXES_AS_INPUT) {
            String stored = graph.freshName(tensor + "_axes");
            graph.setInitializer(Tensors.ofLongs(stored, axes));
            node = Node.of(output, "ReduceMean", List.of(tensor, stored), List.of(output));
        } else {
            node = Node.of(output, "ReduceMean", List.of(tensor), List.of(output))
                    .with("axes", axes);
        }
        graph.add(node.with("keepdims", 0));
        means.put(tensor, output);
        outputs.add(output);
    }

    /** The model that gives what the instruments read. */
    OnnxModel model() {
        return original.withGraph(graph).withOutputs(outputs);
    }

    Collection<String> outputs() {
        return outputs;
    }

    /** By tensor, the output that it is seen whole in. */
    Map<String, String> whole() {
        return whole;
    }

    /** By tensor, the output that has its channels' means. */
    Map<String, String> means() {
        return means;
    }

    /** The tensors that are reduced, in the vectors' order. */
    List<String> reduced() {
        return reduced;
    }

    Vectors vectors() {
        return vectors;
    }
}
