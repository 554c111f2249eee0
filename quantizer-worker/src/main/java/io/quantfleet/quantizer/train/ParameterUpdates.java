package io.quantfleet.quantizer.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.jni.JniUtils;
import io.quantfleet.quantizer.train.graph.PyTorch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Moves parameters against their gradients. How far is in proportion to a tensor's own magnitude, since folded normalizations
 * leave tensors of all magnitudes; a step size is multiplied, so that it stays positive. The state is open, so that it can be
 * written down: DJL's own optimizers keep theirs to themselves.
 */
final class ParameterUpdates {
    private static final double LEAST_MAGNITUDE = 1e-3;

    private final Rule rule;
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private int steps;

    ParameterUpdates(Rule rule) {
        this.rule = rule;
    }

    private record Parameter(
            NDArray value, List<NDArray> state, double magnitude, double gradientScale, boolean multiplied) {}

    /** A tensor to which steps are added. */
    void addWeight(String name, NDArray value) {
        add(name, value, Math.max(LEAST_MAGNITUDE, rootMeanSquare(value)), 1, false);
    }

    /**
     * A tensor of positive numbers that steps multiply.
     *
     * @param gradientScale by what its gradient is multiplied, a sum over all that it scales
     */
    void addStepSize(String name, NDArray value, double gradientScale) {
        add(name, value, 1, gradientScale, true);
    }

    /**
     * A number to which steps are added.
     *
     * @param range how far the numbers that it shifts reach
     * @param gradientScale by what its gradient is multiplied
     */
    void addOffset(String name, NDArray value, double range, double gradientScale) {
        add(name, value, range, gradientScale, false);
    }

    private void add(String name, NDArray value, double magnitude, double gradientScale, boolean multiplied) {
        value.setRequiresGradient(true);
        parameters.put(
                name,
                new Parameter(value, rule.state(value), magnitude, rule.gradientScale(gradientScale), multiplied));
    }

    private static double rootMeanSquare(NDArray value) {
        double sum = 0;
        float[] elements = value.toFloatArray();
        for (float each : elements) {
            sum += (double) each * each;
        }
        return Math.sqrt(sum / elements.length);
    }

    /** How many updates there were. */
    int steps() {
        return steps;
    }

    /**
     * One update by the gradients that have come together, which are zero afterwards.
     *
     * @param rate how far, as a part of the magnitude
     * @param share by what gradients are multiplied
     */
    void update(double rate, double share) {
        steps++;
        boolean recording = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            for (Parameter parameter : parameters.values()) {
                move(parameter, rule.rate(rate, parameter.magnitude()), share * parameter.gradientScale());
            }
        } finally {
            JniUtils.setGradMode(recording);
        }
    }

    private void move(Parameter parameter, double rate, double share) {
        NDArray value = parameter.value();
        NDArray gradient = value.getGradient();
        if (parameter.multiplied()) {
            NDArray logarithm = value.zerosLike();
            rule.move(logarithm, gradient.mul(value), parameter.state(), rate, share, steps);
            value.muli(logarithm.exp());
        } else {
            rule.move(value, gradient, parameter.state(), rate, share, steps);
        }
        gradient.muli(0);
    }

    /** Everything that changes, by name. */
    Map<String, NDArray> state() {
        Map<String, NDArray> state = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> {
            state.put(name, parameter.value());
            for (int i = 0; i < parameter.state().size(); i++) {
                state.put(name + "/" + i, parameter.state().get(i));
            }
        });
        return state;
    }

    /** The parameters alone. */
    Map<String, float[]> values() {
        Map<String, float[]> values = new LinkedHashMap<>();
        parameters.forEach(
                (name, parameter) -> values.put(name, parameter.value().toFloatArray()));
        return values;
    }

    /** Sets the parameters to what they were once. */
    void restore(Map<String, float[]> values) {
        parameters.forEach((name, parameter) -> assign(parameter.value(), values.get(name), name));
    }

    /** Takes up where another process was. */
    void restore(int stepsDone, Map<String, float[]> state) {
        steps = stepsDone;
        state().forEach((name, array) -> assign(array, state.get(name), name));
    }

    private static void assign(NDArray array, float @Nullable [] values, String name) {
        if (values == null || values.length != array.size()) {
            throw new IllegalStateException("no " + array.size() + " values for " + name);
        }
        PyTorch.assign(array, values);
    }
}
