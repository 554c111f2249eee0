package io.quantfleet.quantizer.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.prepare.TensorFacts;
import io.quantfleet.quantizer.train.graph.DifferentiableGraph;
import io.quantfleet.quantizer.train.graph.FakeQuantizer;
import io.quantfleet.quantizer.train.graph.SampleFeeder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/** A variant in training: which of its stored tensors change, and how samples go through it. */
final class TrainableVariant implements AutoCloseable {
    private static final int BATCH = 32;
    private static final Set<String> SCALES_AND_SHIFTS =
            Set.of("LayerNormalization", "SimplifiedLayerNormalization", "RMSNormalization", "Add", "Mul", "PRelu");

    private final DifferentiableGraph graph;
    private final SampleFeeder feeder;
    private final String output;
    private final int places;
    private final ParameterUpdates updates;

    private TrainableVariant(DifferentiableGraph graph, SampleFeeder feeder, ModelDescription description, Rule rule) {
        this.graph = graph;
        this.feeder = feeder;
        this.output = description.output();
        this.places = description.places();
        this.updates = new ParameterUpdates(rule);
    }

    static TrainableVariant of(
            PreparedModel fp32, StepSizes.Untied untied, ModelDescription description, TrainingSettings.Method method) {
        DifferentiableGraph graph = DifferentiableGraph.of(untied.model());
        try {
            Map<String, List<Long>> shapes = new HashMap<>();
            description
                    .inputs()
                    .forEach(input -> shapes.put(
                            input.name(),
                            input.sampleShape().stream().map(Integer::longValue).toList()));
            LatentWeights.from(fp32.model(), graph);
            SampleFeeder feeder = new SampleFeeder(untied.model().inputs(), shapes);
            TrainableVariant variant = new TrainableVariant(
                    graph, feeder, description, method.optimizer().rule());
            variant.chooseSteps(untied.fixed(), fp32.facts(), method.zeroPoints());
            variant.chooseWeights();
            return variant;
        } catch (RuntimeException e) {
            graph.close();
            throw e;
        }
    }

    private void chooseSteps(Set<String> fixed, TensorFacts facts, boolean zeroPoints) {
        Set<String> added = new LinkedHashSet<>();
        for (FakeQuantizer quantizer : graph.quantizers()) {
            String scale = quantizer.scaleName();
            if (fixed.contains(scale)) {
                continue;
            }
            double share = gradientScale(quantizer, facts);
            if (added.add(scale)) {
                updates.addStepSize(scale, graph.parameter(scale), share);
            }
            if (zeroPoints && !quantizer.ofStored() && quantizer.isSkew()) {
                String name = quantizer.zeroPointName().orElseThrow();
                NDArray offset = graph.learnOffset(quantizer);
                if (added.add(name)) {
                    double steps = (quantizer.greatest() - quantizer.least()) / 2.0;
                    updates.addOffset(
                            name, offset, steps * graph.parameter(scale).toFloatArray()[0], share);
                }
            }
        }
    }

    /** LSQ's g (Esser et al. 2020, section 2.2): 1 ÷ √(N·Qp), N being how many elements share a step. */
    private double gradientScale(FakeQuantizer quantizer, TensorFacts facts) {
        long elements = quantizer.ofStored()
                ? graph.parameter(quantizer.tensor()).size()
                        / graph.parameter(quantizer.scaleName()).size()
                : facts.spec(quantizer.tensor(), quantizer.tensor())
                        .sampleElements()
                        .orElse(1);
        return 1 / Math.sqrt((double) elements * Math.max(1, quantizer.greatest()));
    }

    private void chooseWeights() {
        Graph structure = graph.model().graph();
        Set<String> added = new LinkedHashSet<>();
        for (Node node : structure.sorted()) {
            for (String weight : weightsOf(node, structure)) {
                if (added.add(weight)) {
                    updates.addWeight(weight, graph.parameter(weight));
                }
            }
        }
    }

    // Integers behind a DequantizeLinear; floats that layers and normalizations read.
    private List<String> weightsOf(Node node, Graph structure) {
        List<String> weights = new ArrayList<>();
        if (node.operator().equals("DequantizeLinear")) {
            node.inputs().stream()
                    .limit(1)
                    .filter(graph.parameters()::containsKey)
                    .forEach(weights::add);
        } else if (node.isLayer() || SCALES_AND_SHIFTS.contains(node.operator())) {
            node.inputs().stream()
                    .filter(input -> structure.initializer(input).isPresent())
                    .filter(graph.parameters()::containsKey)
                    .filter(input -> graph.parameter(input).size() > 1)
                    .forEach(weights::add);
        }
        return weights;
    }

    ParameterUpdates updates() {
        return updates;
    }

    NDManager manager() {
        return graph.manager();
    }

    /** What the variant answers to some samples, with gradients if they are recorded. */
    NDArray answers(LabelledSamples samples, int... numbers) {
        Map<String, NDArray> feeds = feeder.feed(graph.manager(), samples, numbers);
        return Objects.requireNonNull(graph.run(feeds, List.of(output)).get(output));
    }

    /** What the variant answers to all samples, as it is exported. */
    OnnxScores scores(LabelledSamples samples) {
        float[][] rows = new float[samples.size()][];
        for (int first = 0; first < rows.length; first += BATCH) {
            int count = Math.min(BATCH, rows.length - first);
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                int[] numbers = IntStream.range(first, first + count).toArray();
                Map<String, NDArray> feeds = feeder.feed(graph.manager(), samples, numbers);
                NDArray answers = graph.evaluate(feeds, List.of(output)).get(output);
                float[] all = Objects.requireNonNull(answers).toFloatArray();
                int width = all.length / count;
                for (int i = 0; i < count; i++) {
                    rows[first + i] = Arrays.copyOfRange(all, i * width, (i + 1) * width);
                }
            }
        }
        return new OnnxScores(places, rows);
    }

    /** The variant as an ordinary model. */
    OnnxModel exported() {
        return graph.trained();
    }

    @Override
    public void close() {
        graph.close();
    }
}
