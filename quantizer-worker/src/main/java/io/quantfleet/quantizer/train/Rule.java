package io.quantfleet.quantizer.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;
import java.util.stream.Stream;

/** How one tensor moves against its gradient, in PyTorch's implementations. */
enum Rule {
    /** AdamW (Loshchilov and Hutter 2019), without decay: the mean of gradients over the root of the mean of their squares. */
    ADAMW(2) {
        @Override
        double rate(double rate, double magnitude) {
            return rate * magnitude;
        }

        @Override
        void move(NDArray moved, NDArray gradient, List<NDArray> state, double rate, double share, int step) {
            double corrected = rate * Math.sqrt(1 - Math.pow(SECOND_DECAY, step)) / (1 - Math.pow(FIRST_DECAY, step));
            moved.getNDArrayInternal()
                    .adamUpdate(
                            new NDList(moved, gradient, state.get(0), state.get(1)),
                            new NDList(moved),
                            (float) rate,
                            (float) corrected,
                            0,
                            (float) share,
                            NO_CLIPPING,
                            FIRST_DECAY,
                            SECOND_DECAY,
                            EPSILON,
                            false,
                            true);
        }
    },

    /** Stochastic gradient descent with momentum. */
    SGD(1) {
        // The gradient by a multiple of the magnitude, and a step of one.
        @Override
        double rate(double rate, double magnitude) {
            return rate * magnitude * magnitude;
        }

        @Override
        void move(NDArray moved, NDArray gradient, List<NDArray> state, double rate, double share, int step) {
            moved.getNDArrayInternal()
                    .sgdUpdate(
                            new NDList(moved, gradient, state.get(0)),
                            new NDList(moved),
                            (float) rate,
                            0,
                            (float) share,
                            NO_CLIPPING,
                            MOMENTUM,
                            false);
        }
    };

    private static final float FIRST_DECAY = 0.9f;
    private static final float SECOND_DECAY = 0.999f;
    private static final float EPSILON = 1e-10f;
    private static final float MOMENTUM = 0.9f;
    private static final float NO_CLIPPING = -1;

    private final int states;

    Rule(int states) {
        this.states = states;
    }

    /** What is remembered of earlier steps for a tensor. */
    List<NDArray> state(NDArray value) {
        return Stream.generate(value::zerosLike).limit(states).toList();
    }

    /** By what a gradient is multiplied that is a sum over many elements, where that makes a difference. */
    double gradientScale(double wanted) {
        return this == ADAMW ? 1 : wanted;
    }

    /** The rate for a tensor of that magnitude, so that one that is twice as large moves twice as far. */
    abstract double rate(double rate, double magnitude);

    /**
     * Moves a tensor.
     *
     * @param share by what the gradient is multiplied
     * @param step from 1 on
     */
    abstract void move(NDArray moved, NDArray gradient, List<NDArray> state, double rate, double share, int step);
}
