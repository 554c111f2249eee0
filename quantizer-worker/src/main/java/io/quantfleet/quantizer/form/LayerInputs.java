package io.quantfleet.quantizer.form;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.runtime.Batch;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What calibration samples show of the tensors that layers read, asked for in the order of the graph. A few tensors are
 * watched in one pass over the samples; what was seen is forgotten when the pass for the next ones begins, so that memory
 * depends on neither the number of layers nor that of samples. Each pass runs the model as it is then: with its earlier
 * layers quantized, where they are. ONNX Runtime multiplies, so that nothing but sums comes out. For use by one thread.
 */
final class LayerInputs {
    /** Of a transformer: what the projections of a block read. */
    private static final int TENSORS = 4;

    private static final long BYTES = 512L << 20;

    private final CalibrationRuns runs;
    private final List<String> tensors;
    private final Map<String, Integer> channels;
    private final ProgressListener listener;
    private final Map<String, InputStatistics> seen = new LinkedHashMap<>();

    /**
     * Watches nothing yet.
     *
     * @param runs of the model as it is when it is asked for
     * @param channels how many channels each tensor has, in the order in which they will be asked for
     * @param listener hears how many of the tensors were watched
     */
    LayerInputs(CalibrationRuns runs, Map<String, Integer> channels, ProgressListener listener) {
        this.runs = runs;
        this.tensors = List.copyOf(channels.keySet());
        this.channels = Map.copyOf(channels);
        this.listener = listener;
    }

    /**
     * What was seen of a tensor.
     *
     * @throws QuantizerException if the model does not run or the tensor is not finite
     */
    InputStatistics of(String tensor) {
        InputStatistics known = seen.get(tensor);
        if (known != null) {
            return known;
        }
        int first = tensors.indexOf(tensor);
        if (first < 0) {
            throw new IllegalArgumentException("nobody said that " + tensor + " would be asked for");
        }
        seen.clear();
        List<String> next = next(first);
        next.forEach(each -> seen.put(each, new InputStatistics(width(each))));
        watch(next);
        listener.progressed((double) (first + next.size()) / tensors.size());
        return of(tensor);
    }

    private int width(String tensor) {
        return channels.getOrDefault(tensor, 0);
    }

    private List<String> next(int first) {
        List<String> next = new ArrayList<>();
        long bytes = 0;
        for (String tensor : tensors.subList(first, tensors.size())) {
            bytes += (long) width(tensor) * width(tensor) * Float.BYTES;
            boolean apart = !runs.together(tensors.get(first), tensor);
            if (!next.isEmpty() && (bytes > BYTES || next.size() == TENSORS || apart)) {
                break;
            }
            next.add(tensor);
        }
        return next;
    }

    /** Names of the outputs that hold a batch's sums. */
    private record Sums(String products, String magnitudes) {}

    private void watch(List<String> watched) {
        OnnxModel current = runs.model();
        Graph graph = current.graph();
        Map<String, Sums> sums = new LinkedHashMap<>();
        watched.forEach(tensor -> sums.put(tensor, sums(graph, tensor)));
        List<String> outputs = sums.values().stream()
                .flatMap(each -> List.of(each.products(), each.magnitudes()).stream())
                .toList();
        runs.run(
                current.withGraph(graph),
                watched.get(0),
                outputs,
                (batch, count) -> sums.forEach((tensor, names) -> add(batch, count, tensor, names)));
    }

    // Counted in samples: how many rows each has does not matter to a mean.
    private void add(Batch batch, int count, String tensor, Sums names) {
        float[] magnitudes = batch.output(names.magnitudes()).floats();
        for (float magnitude : magnitudes) {
            if (!Float.isFinite(magnitude)) {
                throw new QuantizerException(
                        ReasonCode.ACTIVATION_NOT_FINITE,
                        "tensor " + tensor + " is not finite for a calibration sample; mend the model or leave out the"
                                + " sample");
            }
        }
        seen.getOrDefault(tensor, new InputStatistics(width(tensor)))
                .add(count, batch.output(names.products()).data().asFloatBuffer(), FloatBuffer.wrap(magnitudes));
    }

    private Sums sums(Graph graph, String tensor) {
        String shape = graph.freshName(tensor + "_rows_shape");
        String rows = graph.freshName(tensor + "_rows");
        String products = graph.freshName(tensor + "_products");
        String magnitude = graph.freshName(tensor + "_magnitude");
        String axes = graph.freshName(tensor + "_axes");
        String magnitudes = graph.freshName(tensor + "_magnitudes");
        graph.setInitializer(Tensors.ofLongs(shape, -1, width(tensor)));
        graph.add(Node.of(rows, "Reshape", List.of(tensor, shape), List.of(rows)));
        graph.add(Node.of(products, "Gemm", List.of(rows, rows), List.of(products))
                .with("transA", 1));
        graph.add(Node.of(magnitude, "Abs", List.of(rows), List.of(magnitude)));
        graph.setInitializer(Tensors.ofLongs(axes, 0));
        graph.add(Node.of(magnitudes, "ReduceSum", List.of(magnitude, axes), List.of(magnitudes))
                .with("keepdims", 0));
        return new Sums(products, magnitudes);
    }
}
