package io.quantfleet.quantizer.rounding;

import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.runtime.HostTensor;
import java.nio.FloatBuffer;

/**
 * The weights of one layer while it is learned whether each is rounded down or up. The variables V move by Adam (Kingma and Ba
 * 2015) along the gradient of the layer's error and of the regulariser. For use by one thread.
 */
final class Rounding {
    private static final double MOMENTUM = 0.9;
    private static final double SECOND_MOMENTUM = 0.999;
    private static final double TINY = 1e-8;

    private final Layer layer;
    private final float[] real;
    private final float[] steps;
    private final float[] floors;
    private final float[] v;
    /** h(V) and its derivative, as of the last time that soft weights were written. */
    private final float[] h;

    private final float[] slope;
    private final float[] mean;
    private final float[] square;
    private int moves;

    Rounding(Layer layer) {
        this.layer = layer;
        int size = layer.size();
        float[] stored = Tensors.floats(layer.weight());
        this.real = new float[size];
        this.steps = new float[size];
        this.floors = new float[size];
        this.v = new float[size];
        this.h = new float[size];
        this.slope = new float[size];
        this.mean = new float[size];
        this.square = new float[size];
        for (int i = 0; i < size; i++) {
            real[i] = stored[layer.stored(i)];
            steps[i] = layer.scale(i);
            double ratio = (double) real[i] / steps[i];
            floors[i] = (float) Math.floor(ratio);
            v[i] = (float) RectifiedSigmoid.inverse(ratio - floors[i]);
        }
    }

    /** Writes the weights as they are while they are learned: each somewhere between down and up. */
    void soft(HostTensor target) {
        for (int i = 0; i < v.length; i++) {
            double sigmoid = RectifiedSigmoid.sigmoid(v[i]);
            h[i] = (float) RectifiedSigmoid.of(sigmoid);
            slope[i] = (float) RectifiedSigmoid.slope(sigmoid);
        }
        write(target, i -> bounded(floors[i] + h[i]));
    }

    /** Writes the weights rounded the way that was learned. */
    void hard(HostTensor target) {
        write(target, this::learned);
    }

    /** Writes the weights rounded to nearest. */
    void nearest(HostTensor target) {
        write(target, this::nearest);
    }

    private double learned(int i) {
        return bounded(floors[i] + (v[i] >= 0 ? 1 : 0));
    }

    private double nearest(int i) {
        return bounded(Math.rint((double) real[i] / steps[i]));
    }

    private double bounded(double integer) {
        return Math.max(-layer.greatest(), Math.min(layer.greatest(), integer));
    }

    private void write(HostTensor target, Values integers) {
        FloatBuffer buffer = target.data().asFloatBuffer();
        for (int i = 0; i < real.length; i++) {
            buffer.put((float) (integers.at(i) * steps[i]));
        }
    }

    @FunctionalInterface
    private interface Values {
        double at(int index);
    }

    /** The integers that were learned, in the order of the stored weight. */
    byte[] integers() {
        byte[] integers = new byte[real.length];
        for (int i = 0; i < real.length; i++) {
            integers[layer.stored(i)] = (byte) learned(i);
        }
        return integers;
    }

    /** How many weights go another way than to the nearest integer. */
    int turned() {
        int turned = 0;
        for (int i = 0; i < real.length; i++) {
            turned += learned(i) != nearest(i) ? 1 : 0;
        }
        return turned;
    }

    /**
     * Moves the variables, after {@link #soft} has written what the gradient was computed with.
     *
     * @param gradient of the loss by weight, row by row
     * @param factor of the loss
     * @param pressure factor of the regulariser; 0 for none
     * @param beta the regulariser's exponent
     * @param rate how far a variable moves, about
     */
    void step(float[] gradient, double factor, double pressure, int beta, double rate) {
        moves++;
        double meanScale = 1 / (1 - Math.pow(MOMENTUM, moves));
        double squareScale = 1 / (1 - Math.pow(SECOND_MOMENTUM, moves));
        for (int i = 0; i < v.length; i++) {
            double along = slope[i] == 0 ? 0 : slope[i] * derivative(gradient[i], i, factor, pressure, beta);
            mean[i] = (float) (MOMENTUM * mean[i] + (1 - MOMENTUM) * along);
            square[i] = (float) (SECOND_MOMENTUM * square[i] + (1 - SECOND_MOMENTUM) * along * along);
            v[i] -= (float) (rate * mean[i] * meanScale / (Math.sqrt(square[i] * squareScale) + TINY));
        }
    }

    // By h. A weight that is cut off at the greatest integer does not move with h.
    private double derivative(float byWeight, int i, double factor, double pressure, int beta) {
        double integer = floors[i] + h[i];
        double loss = Math.abs(integer) > layer.greatest() ? 0 : byWeight * steps[i] * factor;
        return loss + (pressure == 0 ? 0 : pressure * RectifiedSigmoid.costSlope(h[i], beta));
    }
}
