package io.quantfleet.quantizer.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.jni.JniUtils;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Moves parameters against their gradients by AdamW (Loshchilov and Hutter 2019), in PyTorch's implementation. How far is in
 * proportion to a tensor's own magnitude, since folded normalizations leave tensors of all magnitudes; a step size is
 * multiplied, so that it stays positive. The state is open, so that it can be written down.
 */
final class AdamUpdates {
    private static final float FIRST_DECAY = 0.9f;
    private static final float SECOND_DECAY = 0.999f;
    private static final float EPSILON = 1e-10f;
    private static final float NO_CLIPPING = -1;
    private static final double LEAST_MAGNITUDE = 1e-3;

    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private int steps;

    private record Parameter(NDArray value, NDArray mean, NDArray variance, double magnitude, boolean multiplied) {}

    /** A tensor to which steps are added. */
    void addWeight(String name, NDArray value) {
        add(name, value, Math.max(LEAST_MAGNITUDE, rootMeanSquare(value)), false);
    }

    /** A tensor of positive numbers that steps multiply. */
    void addStepSize(String name, NDArray value) {
        add(name, value, 1, true);
    }

    private void add(String name, NDArray value, double magnitude, boolean multiplied) {
        value.setRequiresGradient(true);
        parameters.put(name, new Parameter(value, value.zerosLike(), value.zerosLike(), magnitude, multiplied));
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
        double corrected = rate * Math.sqrt(1 - Math.pow(SECOND_DECAY, steps)) / (1 - Math.pow(FIRST_DECAY, steps));
        boolean recording = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            for (Parameter parameter : parameters.values()) {
                move(parameter, rate, corrected, share);
            }
        } finally {
            JniUtils.setGradMode(recording);
        }
    }

    private static void move(Parameter parameter, double rate, double corrected, double share) {
        NDArray value = parameter.value();
        NDArray gradient = value.getGradient();
        if (!parameter.multiplied()) {
            adam(value, gradient, parameter, rate, corrected, share);
            return;
        }
        NDArray logarithm = value.zerosLike();
        adam(logarithm, gradient.mul(value), parameter, rate, corrected, share);
        value.muli(logarithm.exp());
        gradient.muli(0);
    }

    private static void adam(
            NDArray moved, NDArray gradient, Parameter parameter, double rate, double corrected, double share) {
        moved.getNDArrayInternal()
                .adamUpdate(
                        new NDList(moved, gradient, parameter.mean(), parameter.variance()),
                        new NDList(moved),
                        (float) (rate * parameter.magnitude()),
                        (float) (corrected * parameter.magnitude()),
                        0,
                        (float) share,
                        NO_CLIPPING,
                        FIRST_DECAY,
                        SECOND_DECAY,
                        EPSILON,
                        false,
                        true);
    }

    /** Everything that changes, by name. */
    Map<String, NDArray> state() {
        Map<String, NDArray> state = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> {
            state.put(name, parameter.value());
            state.put(name + "/mean", parameter.mean());
            state.put(name + "/variance", parameter.variance());
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
        array.set(values);
    }
}
