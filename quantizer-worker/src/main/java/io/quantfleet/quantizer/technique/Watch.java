package io.quantfleet.quantizer.technique;

import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/** Runs samples through a model and shows what tensors reduce to along chosen axes: a few numbers for each batch. */
final class Watch {
    private static final int AXES_BECAME_INPUT = 18;
    private static final int BATCH = 8;

    private final OnnxModel model;
    private final Graph graph;
    private final Set<String> outputs = new LinkedHashSet<>();

    Watch(OnnxModel model) {
        this.model = model;
        this.graph = model.graph();
    }

    /** Watches a tensor's least value, and names the output that will hold it. */
    String least(String tensor) {
        return reduce("ReduceMin", tensor);
    }

    /** Watches a tensor's greatest value. */
    String greatest(String tensor) {
        return reduce("ReduceMax", tensor);
    }

    /** Watches the least value of each place along the axis that is kept. */
    String leastOfEach(String tensor, int rank, int kept) {
        return reduce("ReduceMin", tensor, allBut(rank, kept));
    }

    /** Watches the greatest value of each place along the axis that is kept. */
    String greatestOfEach(String tensor, int rank, int kept) {
        return reduce("ReduceMax", tensor, allBut(rank, kept));
    }

    /** Watches the greatest value of each row along one axis. */
    String greatestAlong(String tensor, long axis) {
        return reduce("ReduceMax", tensor, axis);
    }

    private static long[] allBut(int rank, int kept) {
        return LongStream.range(0, rank).filter(axis -> axis != kept).toArray();
    }

    private String reduce(String operator, String tensor, long... axes) {
        String output = graph.freshName(tensor + "_" + operator);
        Node node;
        if (axes.length == 0) {
            node = Node.of(output, operator, List.of(tensor), List.of(output));
        } else if (model.opset() >= AXES_BECAME_INPUT) {
            String stored = graph.freshName(output + "_axes");
            graph.setInitializer(Tensors.ofLongs(stored, axes));
            node = Node.of(output, operator, List.of(tensor, stored), List.of(output));
        } else {
            node = Node.of(output, operator, List.of(tensor), List.of(output)).with("axes", axes);
        }
        graph.add(node.with("keepdims", 0));
        outputs.add(output);
        return output;
    }

    /** Has someone look at the outputs of each batch. */
    void run(SampleSource samples, int threads, Consumer<Batch> reader) {
        OnnxModel watched = model.withGraph(graph).withOutputs(outputs);
        try (OnnxSession session = OnnxSession.open(watched.serialized(), RuntimeOptions.threads(threads))) {
            Batch batch = session.newBatch(Math.min(BATCH, samples.size()));
            for (int first = 0; first < samples.size(); first += batch.capacity()) {
                int count = Math.min(batch.capacity(), samples.size() - first);
                batch.fill(samples, first, count);
                batch.run(count);
                reader.accept(batch);
            }
        }
    }
}
