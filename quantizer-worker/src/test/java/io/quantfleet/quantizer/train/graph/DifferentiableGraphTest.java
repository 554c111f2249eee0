package io.quantfleet.quantizer.train.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.training.GradientCollector;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.train.TrainingEngine;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DifferentiableGraphTest {
    /** Stored numbers that nobody trains: bounds, fillings, exponents. */
    private static final Set<String> NUMBERS = Set.of("from", "to", "filling", "two");

    private final Random random = new Random(3);

    @BeforeAll
    static void load() {
        TrainingEngine.load(1);
    }

    static Stream<OperatorCase> everyOperator() {
        return OperatorCase.all();
    }

    static Stream<OperatorCase> smoothOperators() {
        return OperatorCase.all().filter(OperatorCase::smooth);
    }

    @ParameterizedTest
    @MethodSource("everyOperator")
    void computesWhatOnnxRuntimeDoes(OperatorCase operator) {
        float[] x = operator.input(random);
        HostTensor expected;
        try (OnnxSession session = OnnxSession.open(operator.model().serialized(), RuntimeOptions.threads(1))) {
            List<Long> shape =
                    Arrays.stream(operator.shape().getShape()).boxed().toList();
            expected = session.run(Map.of("x", HostTensor.ofFloats(shape, x)), Set.of("y"))
                    .get("y");
        }
        try (DifferentiableGraph graph = DifferentiableGraph.of(operator.model());
                NDScope scope = quiet()) {
            NDArray input = graph.manager().create(x, operator.shape());
            NDArray y = graph.evaluate(Map.of("x", input), List.of("y")).get("y");
            assertThat(y.getShape().getShape())
                    .containsExactly(
                            expected.shape().stream().mapToLong(Long::longValue).toArray());
            float[] floats = expected.floats();
            float largest = 0;
            for (float each : floats) {
                largest = Math.max(largest, Math.abs(each));
            }
            assertThat(y.toFloatArray()).containsExactly(floats, within(1e-4f * Math.max(largest, 1e-3f)));
        }
    }

    @Test
    void takesSeveralSamplesThroughShapesThatAreStoredForOne() {
        TinyModel model = TinyModel.opset(17)
                .input("x", 1, 4, 6)
                .output("y", 1, 24)
                .longs("rows", new long[] {2}, 4, 6)
                .longs("heads", new long[] {4}, 1, 4, 2, 3)
                .longs("flat", new long[] {2}, 1, 24)
                .node("Reshape", List.of("x", "rows"), "a")
                .node("Reshape", List.of("a", "heads"), "b")
                .node("Reshape", List.of("b", "flat"), "y");
        try (DifferentiableGraph graph = DifferentiableGraph.of(OnnxModel.of(model.proto()));
                NDScope scope = quiet()) {
            NDArray x = graph.manager().arange(72f).reshape(3, 4, 6);
            NDArray y = graph.evaluate(Map.of("x", x), List.of("y")).get("y");
            assertThat(y.getShape().getShape()).containsExactly(3, 24);
            assertThat(y.toFloatArray()).containsExactly(x.toFloatArray());
        }
    }

    @ParameterizedTest
    @MethodSource("smoothOperators")
    void itsGradientsAreWhatDifferencesShow(OperatorCase operator) {
        try (DifferentiableGraph graph = DifferentiableGraph.inDoublePrecision(operator.model());
                NDScope scope = quiet()) {
            float[] floats = operator.input(random);
            double[] x = new double[floats.length];
            Arrays.setAll(x, i -> floats[i]);
            Map<String, NDArray> wanted = new LinkedHashMap<>(graph.parameters());
            NDArray input = graph.manager().create(x, operator.shape());
            wanted.keySet().removeAll(NUMBERS);
            wanted.put("x", input);
            wanted.values().forEach(array -> array.setRequiresGradient(true));
            NDArray weights;
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                NDArray y = graph.run(Map.of("x", input), List.of("y")).get("y");
                double[] random = this.random.doubles(y.size(), -1, 1).toArray();
                weights = graph.manager().create(random, y.getShape());
                collector.backward(y.mul(weights).sum());
            }
            wanted.forEach((name, array) -> {
                double[] gradient = array.getGradient().toDoubleArray();
                double[] values = array.toDoubleArray();
                for (int i = 0; i < values.length; i++) {
                    double there = differences(graph, input, name, values, i, weights);
                    assertThat(gradient[i])
                            .as("gradient by element %d of %s", i, name)
                            .isCloseTo(there, within(1e-5 * Math.max(1, Math.abs(there))));
                }
            });
        }
    }

    private static double differences(
            DifferentiableGraph graph, NDArray input, String name, double[] values, int place, NDArray weights) {
        double step = 1e-6;
        double[] moved = values.clone();
        moved[place] = values[place] + step;
        double above = weighted(graph, input, name, moved, weights);
        moved[place] = values[place] - step;
        return (above - weighted(graph, input, name, moved, weights)) / (2 * step);
    }

    private static double weighted(
            DifferentiableGraph graph, NDArray input, String name, double[] values, NDArray weights) {
        try (NDScope scope = quiet()) {
            NDArray moved =
                    graph.manager().create(values, (name.equals("x") ? input : graph.parameter(name)).getShape());
            Map<String, NDArray> feeds = name.equals("x") ? Map.of("x", moved) : Map.of("x", input, name, moved);
            return graph.evaluate(feeds, List.of("y"))
                    .get("y")
                    .mul(weights)
                    .sum()
                    .getDouble();
        }
    }

    @Test
    void namesTheNodeThatItCannotExecuteBeforeAnyWork() {
        OnnxModel model = OnnxModel.of(TinyModel.opset(17)
                .input("x", 2, 4)
                .node("Relu", List.of("x"), "h")
                .node("Hardmax", List.of("h"), "y")
                .output("y", 2, 4)
                .proto());
        assertThatThrownBy(() -> DifferentiableGraph.of(model))
                .isInstanceOfSatisfying(
                        QuantizerException.class, e -> assertThat(e.code()).isEqualTo(ReasonCode.OPERATOR_UNSUPPORTED))
                .hasMessageContainingAll("Hardmax_1", "quantize this model without training");
    }

    @Test
    void namesTheNodeThatAsksForSomethingThatItCannotDo() {
        OnnxModel model = OnnxModel.of(TinyModel.opset(17)
                .input("x", 1, 1, 6, 6)
                .node(
                        "MaxPool",
                        List.of("x"),
                        "y",
                        Attribute.ints("kernel_shape", 2, 2),
                        Attribute.ints("dilations", 2, 2))
                .output("y", 1, 1, 4, 4)
                .proto());
        assertThatThrownBy(() -> DifferentiableGraph.of(model)).hasMessageContainingAll("MaxPool_0", "dilations");
    }

    @Test
    void executesAPartOfAGraphBetweenGivenTensors() {
        OnnxModel model = OnnxModel.of(TinyModel.opset(17)
                .input("x", 2)
                .node("Neg", List.of("x"), "a")
                .node("Exp", List.of("a"), "b")
                .node("Add", List.of("b", "a"), "y")
                .output("y", 2)
                .proto());
        try (DifferentiableGraph graph = DifferentiableGraph.of(model);
                NDScope scope = quiet()) {
            NDArray a = graph.manager().create(new float[] {0, 1});
            Map<String, NDArray> results = graph.evaluate(Map.of("a", a), List.of("b", "y"));
            assertThat(results.get("b").toFloatArray()).containsExactly(new float[] {1, (float) Math.E}, within(1e-6f));
            assertThat(results.get("y").toFloatArray())
                    .containsExactly(new float[] {1, (float) Math.E + 1}, within(1e-6f));
            assertThatThrownBy(() -> graph.evaluate(Map.of("b", a), List.of("y")))
                    .hasMessageContainingAll("tensor x", "neither given nor computed");
        }
    }

    @Test
    void keepsNothingOfWhatAThousandStepsMade() {
        OperatorCase attention = OperatorCase.all()
                .filter(each -> each.name().equals("attention"))
                .findFirst()
                .orElseThrow();
        try (DifferentiableGraph graph = DifferentiableGraph.of(attention.model())) {
            graph.parameters().values().forEach(array -> array.setRequiresGradient(true));
            step(graph, attention);
            int before = graph.manager().getManagedArrays().size();
            for (int i = 0; i < 1000; i++) {
                step(graph, attention);
            }
            assertThat(graph.manager().getManagedArrays()).hasSize(before);
        }
    }

    private void step(DifferentiableGraph graph, OperatorCase operator) {
        try (NDScope scope = quiet();
                GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray x = graph.manager().create(operator.input(random), operator.shape());
            collector.backward(graph.run(Map.of("x", x), List.of("y")).get("y").sum());
        }
    }

    static NDScope quiet() {
        NDScope scope = new NDScope();
        scope.suppressNotUsedWarning();
        return scope;
    }
}
