package io.quantfleet.quantizer.technique;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.prepare.TensorFacts;
import io.quantfleet.quantizer.runtime.ElementType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes from the input of each Softmax what it can't tell apart. Attention masks hold a great negative number, such as
 * −10000, where nothing shall be seen; with it in the range, one step of 8 bits is larger than all differences between
 * scores. But a Softmax renders everything that lies far enough below its row's greatest value as zero: how far that is
 * follows from the length of the row, and where the rows' greatest values lie is seen on calibration samples. The mask is
 * cut off there, in its constant where that can be found, else by a Clip, so that the function stays what it was.
 */
public final class SoftmaxBounds {
    /** The name in reports. */
    public static final String NAME = "softmax-bounds";

    /** What is cut off adds less than this to a sum of 1, a sixteenth of a step of 8 bits. */
    private static final double NEGLIGIBLE = 1.0 / 4096;

    /** A range that would shrink by less is left alone. */
    private static final double WORTHWHILE = 0.7;

    private static final int UNKNOWN_LENGTH = 1024;

    private static final Set<String> MOVERS =
            Set.of("Unsqueeze", "Squeeze", "Reshape", "Transpose", "Expand", "Flatten", "Slice", "Tile", "Identity");

    private final TensorFacts facts;
    private final Graph graph;
    private final SoftmaxRows.Seen seen;
    private final Map<String, Double> floors = new LinkedHashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    private SoftmaxBounds(PreparedModel model, SoftmaxRows.Seen seen) {
        this.facts = model.facts();
        this.graph = model.model().graph();
        this.seen = seen;
    }

    /** Treats all Softmax operators of a model. */
    public static Treatment apply(PreparedModel model, SampleSource samples, int threads) {
        List<Node> softmaxes = model.model().graph().sorted().stream()
                .filter(node -> node.is("Softmax")
                        && model.facts().isFloat(node.inputs().get(0)))
                .toList();
        if (softmaxes.isEmpty()) {
            return new Treatment(model, List.of());
        }
        SoftmaxRows.Seen seen = SoftmaxRows.see(model, softmaxes, samples, threads);
        SoftmaxBounds bounds = new SoftmaxBounds(model, seen);
        bounds.graph.sorted().forEach(node -> Optional.ofNullable(seen.rows().get(node.output()))
                .ifPresent(rows -> bounds.examine(node, rows)));
        if (bounds.findings.isEmpty()) {
            return new Treatment(model, List.of());
        }
        bounds.floors.forEach(bounds::raise);
        return new Treatment(model.rewritten(bounds.graph, samples), bounds.findings);
    }

    private void examine(Node softmax, SoftmaxRows rows) {
        double length = facts.shape(softmax.inputs().get(0))
                .map(shape -> shape.get(axis(softmax, shape.size())))
                .filter(dimension -> dimension > 0)
                .orElse((long) UNKNOWN_LENGTH);
        double reach = Math.log(length / NEGLIGIBLE);
        double floor = rows.leastPeak() - reach;
        if (rows.greatest() - floor > WORTHWHILE * (rows.greatest() - rows.least())) {
            return;
        }
        String input = softmax.inputs().get(0);
        String cause = graph.producer(input)
                .flatMap(maker -> treatMaker(maker, floor))
                .orElseGet(() -> {
                    floors.merge(input, floor, Math::min);
                    return "its input";
                });
        findings.add(new Finding(NAME, softmax.label(), story(rows, floor, cause)));
    }

    static int axis(Node softmax, int rank) {
        long axis = softmax.integer("axis", -1);
        return (int) (axis < 0 ? axis + rank : axis);
    }

    // What reaches down that far, if it is a mask that is added or chosen.
    private Optional<String> treatMaker(Node maker, double floor) {
        if (maker.is("Add")) {
            String low = maker.inputs().stream()
                    .min(Comparator.comparingDouble(operand -> extremes(operand).least()))
                    .orElseThrow();
            String other = maker.inputs().get(maker.inputs().get(0).equals(low) ? 1 : 0);
            // Nothing that is masked may come within reach, however great the score is that it is added to.
            floors.merge(low, floor - extremes(other).greatest(), Math::min);
            return Optional.of("the summand " + low + ", which reaches down to "
                    + text(extremes(low).least()));
        }
        if (maker.is("Where")) {
            for (int place = 1; place < maker.inputs().size(); place++) {
                String operand = maker.inputs().get(place);
                if (constant(operand).isPresent()) {
                    floors.merge(operand, floor, Math::min);
                    return Optional.of("the mask value " + operand);
                }
            }
        }
        return Optional.empty();
    }

    private SoftmaxRows.Extremes extremes(String tensor) {
        return seen.summands().getOrDefault(tensor, SoftmaxRows.Extremes.NONE);
    }

    private static String text(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }

    private Optional<TensorProto> constant(String tensor) {
        return graph.initializer(tensor).filter(Tensors::isFloat);
    }

    /** Sees to it that a tensor stays above a floor for those who read it here. */
    private void raise(String tensor, double floor) {
        String origin = origin(tensor);
        Optional<TensorProto> stored = constant(origin);
        if (stored.isPresent()) {
            String name = graph.freshName(origin + "_bounded");
            graph.setInitializer(
                    Tensors.ofFloats(name, stored.get().getDimsList(), raised(Tensors.floats(stored.get()), floor)));
            graph.redirect(origin, name, reader -> true);
            return;
        }
        Optional<Node> product = graph.producer(origin).filter(node -> node.is("Mul") && raiseFactor(node, floor));
        if (product.isEmpty()) {
            clip(origin, floor);
        }
    }

    private static float[] raised(float[] values, double floor) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.max(values[i], floor);
        }
        return values;
    }

    // Where the tensor was only moved from, as long as nobody else reads it on the way.
    private String origin(String tensor) {
        String origin = tensor;
        Optional<Node> maker = graph.producer(origin);
        while (maker.filter(node ->
                        MOVERS.contains(node.operator()) && node.domain().isEmpty())
                .filter(node -> graph.consumers(node.inputs().get(0)).size() == 1
                        && !graph.isOutput(node.inputs().get(0)))
                .isPresent()) {
            origin = maker.orElseThrow().inputs().get(0);
            maker = graph.producer(origin);
        }
        return origin;
    }

    // The product of a truth value and a constant is the constant or zero.
    private boolean raiseFactor(Node product, double floor) {
        for (int place = 0; place < product.inputs().size(); place++) {
            Optional<TensorProto> factor = constant(product.inputs().get(place));
            boolean truth = truthValue(product.inputs().get(1 - place));
            if (factor.isPresent() && truth) {
                String name = graph.freshName(factor.get().getName() + "_bounded");
                graph.setInitializer(Tensors.ofFloats(
                        name, factor.get().getDimsList(), raised(Tensors.floats(factor.get()), floor)));
                graph.setInput(product, place, name);
                return true;
            }
        }
        return false;
    }

    private boolean truthValue(String tensor) {
        return graph.producer(tensor)
                .filter(node -> node.is("Cast"))
                .map(node -> facts.specs().get(node.inputs().get(0)))
                .filter(spec -> spec.type() == ElementType.BOOL)
                .isPresent();
    }

    private void clip(String tensor, double floor) {
        String least = graph.freshName(tensor + "_floor");
        String bounded = graph.freshName(tensor + "_bounded");
        graph.setInitializer(Tensors.ofFloats(least, List.of(), (float) floor));
        graph.redirect(tensor, bounded, reader -> true);
        graph.add(Node.of(bounded + "_clip", "Clip", List.of(tensor, least), List.of(bounded)));
    }

    private static String story(SoftmaxRows rows, double floor, String cause) {
        return String.format(
                Locale.ROOT,
                "the input spans %.4g to %.4g because of %s: a step of 8 bits would be %.3g, while the greatest value of"
                        + " every row lies above %.4g and what lies below %.4g comes out as zero; cut off there, a step is"
                        + " about %.3g",
                rows.least(),
                rows.greatest(),
                cause,
                (rows.greatest() - rows.least()) / 255,
                rows.leastPeak(),
                floor,
                (rows.greatest() - floor) / 255);
    }
}
