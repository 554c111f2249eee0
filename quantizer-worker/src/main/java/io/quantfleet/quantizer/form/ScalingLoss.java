package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.runtime.InParallel;
import io.quantfleet.quantizer.technique.ActivationScaling;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What a layer loses if its inputs are divided by factors before its weights are rounded: the error of some of its outputs
 * on calibration samples. Several threads share the outputs.
 */
final class ScalingLoss implements ActivationScaling.Loss {
    /** Outputs whose errors are summed up together. */
    private static final int COLUMNS = 8;

    private final Graph graph;
    private final Function<TensorProto, WeightSource> sources;
    private final LayerInputs inputs;
    private final WeightOnlyOptions options;
    private final int threads;

    ScalingLoss(
            Graph graph,
            Function<TensorProto, WeightSource> sources,
            LayerInputs inputs,
            WeightOnlyOptions options,
            int threads) {
        this.graph = graph;
        this.sources = sources;
        this.inputs = inputs;
        this.options = options;
        this.threads = threads;
    }

    @Override
    public ToDoubleFunction<double[]> of(Node layer) {
        Optional<StoredMatrix> stored =
                options.excluded().contains(layer.label()) ? Optional.empty() : StoredMatrix.of(graph, layer);
        if (stored.isEmpty()) {
            return factors -> 0;
        }
        List<float[]> columns = columns(stored.get());
        InputStatistics seen = inputs.of(layer.inputs().get(0));
        return factors -> sum(columns, seen, factors);
    }

    private List<float[]> columns(StoredMatrix matrix) {
        float[] weights = new float[Math.multiplyExact(matrix.rows(), matrix.columns())];
        sources.apply(matrix.tensor()).read(0, FloatBuffer.wrap(weights));
        return IntStream.of(Reconstruction.sampled(matrix))
                .mapToObj(column -> Reconstruction.column(matrix, weights, column))
                .toList();
    }

    private double sum(List<float[]> columns, InputStatistics seen, double[] factors) {
        double[] errors = new double[columns.size()];
        List<Runnable> tasks = new ArrayList<>();
        for (int first = 0; first < errors.length; first += COLUMNS) {
            int from = first;
            List<float[]> some = columns.subList(from, Math.min(errors.length, from + COLUMNS));
            tasks.add(() -> {
                BlockGrid grid = BlockGrid.ofWholeRange(options);
                double[] found = seen.squaredErrors(some.stream()
                        .map(column -> grid.differences(
                                column, factors, options.blocks().size()))
                        .toList());
                System.arraycopy(found, 0, errors, from, found.length);
            });
        }
        try (InParallel parallel = new InParallel(threads)) {
            parallel.run(tasks);
        }
        // One after another, so that the sum does not depend on the threads.
        return Arrays.stream(errors).reduce(0, Double::sum);
    }
}
