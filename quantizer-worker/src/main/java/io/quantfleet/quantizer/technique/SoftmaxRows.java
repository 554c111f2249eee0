package io.quantfleet.quantizer.technique;

import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.runtime.Batch;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What the rows look like that a Softmax reads.
 *
 * @param least the least value
 * @param greatest the greatest value
 * @param leastPeak the least of all rows' greatest values; rows that are masked as a whole don't count
 */
record SoftmaxRows(double least, double greatest, double leastPeak) {
    /** A row whose greatest value lies in the lower half of a range that is mostly mask is masked as a whole. */
    private static final double MASKED_SHARE = 0.5;

    /**
     * What was seen of a model.
     *
     * @param rows by the name of the Softmax' output
     * @param summands the extremes of what is added to make what a Softmax reads
     */
    record Seen(Map<String, SoftmaxRows> rows, Map<String, Extremes> summands) {}

    /** The least and the greatest value of a tensor. */
    record Extremes(double least, double greatest) {
        static final Extremes NONE = new Extremes(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

        Extremes with(FloatBuffer values) {
            double low = least;
            double high = greatest;
            while (values.hasRemaining()) {
                double value = finite(values.get());
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
            return new Extremes(low, high);
        }
    }

    // A mask may be minus infinity.
    private static double finite(float value) {
        return Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, value));
    }

    /** Runs the samples through the model. */
    static Seen see(PreparedModel model, List<Node> softmaxes, SampleSource samples, int threads) {
        Watch watch = new Watch(model.model());
        Graph graph = model.model().graph();
        Map<String, Row> rows = new LinkedHashMap<>();
        Map<String, Names> summands = new LinkedHashMap<>();
        for (Node softmax : softmaxes) {
            String input = softmax.inputs().get(0);
            int rank = model.facts().rank(input).orElse(0);
            if (rank > 1) {
                int axis = SoftmaxBounds.axis(softmax, rank);
                rows.put(softmax.output(), new Row(watch.greatestAlong(input, axis), watch.least(input)));
                Optional<Node> sum = graph.producer(input).filter(maker -> maker.is("Add"));
                sum.ifPresent(add -> add.inputs()
                        .forEach(operand -> summands.computeIfAbsent(
                                operand, name -> new Names(watch.least(name), watch.greatest(name)))));
            }
        }
        Map<String, Extremes> extremes = new LinkedHashMap<>();
        watch.run(samples, threads, batch -> {
            rows.values().forEach(row -> row.add(batch));
            summands.forEach((tensor, names) -> extremes.merge(
                    tensor,
                    names.of(batch),
                    (one, other) -> new Extremes(
                            Math.min(one.least(), other.least()), Math.max(one.greatest(), other.greatest()))));
        });
        Map<String, SoftmaxRows> result = new LinkedHashMap<>();
        rows.forEach((output, row) -> result.put(output, row.summary()));
        return new Seen(result, extremes);
    }

    /** Outputs that hold a tensor's extremes. */
    private record Names(String least, String greatest) {
        Extremes of(Batch batch) {
            return Extremes.NONE
                    .with(batch.output(least).data().asFloatBuffer())
                    .with(batch.output(greatest).data().asFloatBuffer());
        }
    }

    /** Sums up the rows of one Softmax. */
    private static final class Row {
        private final String peaks;
        private final String lowest;
        // Rounded, so that there are few.
        private final TreeSet<Double> allPeaks = new TreeSet<>();
        private Extremes extremes = Extremes.NONE;

        Row(String peaks, String lowest) {
            this.peaks = peaks;
            this.lowest = lowest;
        }

        void add(Batch batch) {
            FloatBuffer tops = batch.output(peaks).data().asFloatBuffer();
            extremes =
                    extremes.with(batch.output(lowest).data().asFloatBuffer()).with(tops.duplicate());
            while (tops.hasRemaining()) {
                allPeaks.add((double) Math.round(finite(tops.get())));
            }
        }

        SoftmaxRows summary() {
            double low = extremes.least();
            double high = extremes.greatest();
            Double peak = allPeaks.higher(low + (high - low) * MASKED_SHARE);
            // Half a unit of caution for the rounding.
            return new SoftmaxRows(low, high, peak == null ? high : peak - 0.5);
        }
    }
}
