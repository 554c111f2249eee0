package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.calibration.CalibrationRequest.ChannelAxis;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What is added to a model so that a run shows what a calibration wants to know. Least and greatest values are reduced
 * inside the graph and leave it as one vector. They pass over a value that is not a number, so sums, which do not,
 * are taken as well. Tensors whose histograms are wanted leave the graph whole, and nothing of them is reduced.
 */
final class Instruments {
    private static final int REDUCE_MEAN_TAKES_AXES_AS_INPUT = 18;

    private final OnnxModel original;
    private final Graph graph;
    private final Set<String> outputs = new LinkedHashSet<>();
    private final Map<String, String> whole = new LinkedHashMap<>();
    private final Map<String, String> means = new LinkedHashMap<>();
    private final List<Reduction> reductions = new ArrayList<>();

    private String extremes = "";

    /**
     * What there is of a tensor in the vector, one after another: its least value unless it is known, its greatest value,
     * its sum unless others show what that would.
     *
     * @param tensor which tensor's
     * @param fromZero whether its least value is known to be zero, and not in the vector
     * @param sum whether its sum is in the vector
     */
    record Reduction(String tensor, boolean fromZero, boolean sum) {}

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
        List<List<String>> parts = new ArrayList<>();
        for (String tensor : inOrder(tensors)) {
            boolean fromZero = shortWay.reachesZeroAndPools(tensor);
            Reduction reduction = new Reduction(tensor, fromZero, !fromZero || !shortWay.showsInLaterSums(tensor));
            reductions.add(reduction);
            parts.add(parts(reduction));
        }
        chain(parts);
    }

    // As they are made.
    private List<String> inOrder(Set<String> tensors) {
        List<String> order = new ArrayList<>(tensors);
        List<Node> sorted = graph.sorted();
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < sorted.size(); i++) {
            for (String output : sorted.get(i).outputs()) {
                places.put(output, i);
            }
        }
        order.sort(Comparator.comparing(tensor -> places.getOrDefault(tensor, -1)));
        return order;
    }

    private List<String> parts(Reduction reduction) {
        List<String> parts = new ArrayList<>();
        if (reduction.fromZero()) {
            // Runs in the blocked layout of convolutions, where a reduction would have everything copied out of it
            // first.
            parts.add(added("ReduceMax", row(added("GlobalMaxPool", reduction.tensor()))));
        }
        if (!reduction.fromZero() || reduction.sum()) {
            String row = row(reduction.tensor());
            Stream.of("ReduceMin", "ReduceMax", "ReduceSum")
                    .filter(reduce -> !reduction.fromZero() || reduce.equals("ReduceSum"))
                    .forEach(reduce -> parts.add(added(reduce, row)));
        }
        return parts;
    }

    // ONNX Runtime runs what is added last first, and before it whatever that reads, again from the last on: this way
    // it reduces each tensor as soon as it is there, while it is in the cache, and keeps none of them.
    private void chain(List<List<String>> parts) {
        for (List<String> more : parts) {
            List<String> inputs = new ArrayList<>(more);
            if (!extremes.isEmpty()) {
                inputs.add(0, extremes);
            }
            extremes = graph.freshName("extremes");
            graph.add(Node.of(extremes, "Concat", inputs, List.of(extremes)).with("axis", 1));
        }
        outputs.add(extremes);
    }

    // A matrix of one row, whatever the number of axes. It costs no copy.
    private String row(String tensor) {
        String row = graph.freshName(tensor + "_row");
        graph.add(Node.of(row, "Flatten", List.of(tensor), List.of(row)).with("axis", 0));
        return row;
    }

    private String added(String operator, String tensor) {
        String output = graph.freshName(tensor + "_" + operator);
        graph.add(Node.of(output, operator, List.of(tensor), List.of(output)));
        return output;
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

    /** What {@link #extremes()} consists of, in order. */
    List<Reduction> reductions() {
        return reductions;
    }

    /** The output that is one row with all extremes. */
    String extremes() {
        return extremes;
    }
}
