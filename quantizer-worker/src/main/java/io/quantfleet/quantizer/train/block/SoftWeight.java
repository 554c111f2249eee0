package io.quantfleet.quantizer.train.block;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Optimizer;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.rounding.Layer;
import io.quantfleet.quantizer.rounding.RectifiedSigmoid;

/**
 * A weight while it is learned whether its elements are rounded down or up: s·clip(⌊w ÷ s⌋ + h(V)), with the rectified sigmoid h
 * of Nagel et al. 2020, equation 23. For use by one thread.
 */
final class SoftWeight {
    private final Layer layer;
    private final NDArray variable;
    private final NDArray down;
    private final NDArray steps;
    private final NDArray real;

    /** A weight that is not moved yet: h is where the FP32 weight lies between the two integers. */
    SoftWeight(Layer layer, NDManager manager) {
        this.layer = layer;
        float[] stored = Tensors.floats(layer.weight());
        float[] floors = new float[stored.length];
        float[] scales = new float[stored.length];
        float[] start = new float[stored.length];
        for (int i = 0; i < stored.length; i++) {
            int at = layer.stored(i);
            scales[at] = layer.scale(i);
            double ratio = (double) stored[at] / scales[at];
            floors[at] = (float) Math.floor(ratio);
            start[at] = (float) RectifiedSigmoid.inverse(ratio - floors[at]);
        }
        Shape shape = new Shape(
                layer.weight().getDimsList().stream().mapToLong(Long::longValue).toArray());
        this.down = manager.create(floors, shape);
        this.steps = manager.create(scales, shape);
        this.real = manager.create(stored, shape);
        this.variable = manager.create(start, shape);
        variable.setRequiresGradient(true);
    }

    /** V. */
    NDArray variable() {
        return variable;
    }

    /** Moves V against its gradient, which is zero afterwards. */
    void move(Optimizer optimizer) {
        try (NDArray gradient = variable.getGradient()) {
            optimizer.update(layer.integers(), variable, gradient);
            gradient.subi(gradient);
        }
    }

    /** h(V), within the scope around this call. */
    NDArray rounding() {
        double stretch = RectifiedSigmoid.ZETA - RectifiedSigmoid.GAMMA;
        return variable.getNDArrayInternal()
                .sigmoid()
                .mul(stretch)
                .add(RectifiedSigmoid.GAMMA)
                .clip(0, 1);
    }

    /** What a rounding that is neither down nor up costs: the sum of 1 − |2h − 1|^β, Nagel et al. 2020, equation 24. */
    static NDArray cost(NDArray rounding, double beta) {
        return rounding.mul(2).sub(1).abs().pow(beta).sum().neg().add(rounding.size());
    }

    /** The weight for a rounding that is anywhere between down and up. */
    NDArray weight(NDArray rounding) {
        return down.add(rounding).clip(-layer.greatest(), layer.greatest()).mul(steps);
    }

    /** The layer whose weight it is. */
    Layer layer() {
        return layer;
    }

    /** The FP32 weight, cut off where its integers end. */
    NDArray real() {
        return real.div(steps).clip(-layer.greatest(), layer.greatest()).mul(steps);
    }

    /** The weight rounded to nearest. */
    NDArray nearest() {
        return real.div(steps).round().clip(-layer.greatest(), layer.greatest()).mul(steps);
    }

    /** The weight rounded the way that was learned. */
    NDArray hard() {
        return weight(variable.gte(0).toType(DataType.FLOAT32, false));
    }

    /** The integers that were learned, in the order of the stored weight. */
    byte[] integers() {
        float[] values = variable.toFloatArray();
        float[] floors = down.toFloatArray();
        byte[] integers = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            double integer = floors[i] + (values[i] >= 0 ? 1 : 0);
            integers[i] = (byte) Math.max(-layer.greatest(), Math.min(layer.greatest(), integer));
        }
        return integers;
    }
}
