package io.quantfleet.quantizer.reference;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/** A tensor of doubles, by rows. */
final class PlainTensor {
    final int[] shape;
    final double[] data;

    PlainTensor(int[] shape, double[] data) {
        this.shape = shape.clone();
        this.data = data;
        if (count(shape) != data.length) {
            throw new IllegalArgumentException(Arrays.toString(shape) + " is not " + data.length + " elements");
        }
    }

    static int count(int... shape) {
        int count = 1;
        for (int size : shape) {
            count *= size;
        }
        return count;
    }

    /** A tensor whose elements follow from their places. */
    static PlainTensor of(int[] shape, Function<int[], Double> element) {
        double[] data = new double[count(shape)];
        int[] place = new int[shape.length];
        for (int i = 0; i < data.length; i++) {
            data[i] = element.apply(place);
            for (int axis = shape.length - 1; axis >= 0 && ++place[axis] == shape[axis]; axis--) {
                place[axis] = 0;
            }
        }
        return new PlainTensor(shape, data);
    }

    int rank() {
        return shape.length;
    }

    int axis(long axis) {
        return (int) (axis < 0 ? axis + shape.length : axis);
    }

    /** The element at a place; zero outside. */
    double at(int... place) {
        int index = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            if (place[axis] < 0 || place[axis] >= shape[axis]) {
                return 0;
            }
            index = index * shape[axis] + place[axis];
        }
        return data[index];
    }

    PlainTensor map(DoubleUnaryOperator change) {
        return new PlainTensor(shape, Arrays.stream(data).map(change).toArray());
    }

    PlainTensor reshaped(int... other) {
        return new PlainTensor(other, data);
    }

    /** Element by element, with ONNX's broadcasting. */
    PlainTensor with(PlainTensor other, DoubleBinaryOperator operator) {
        int rank = Math.max(rank(), other.rank());
        int[] all = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            all[axis] = Math.max(sizeFromEnd(rank - axis), other.sizeFromEnd(rank - axis));
        }
        return of(all, place -> operator.applyAsDouble(broadcast(place), other.broadcast(place)));
    }

    private int sizeFromEnd(int fromEnd) {
        return fromEnd > rank() ? 1 : shape[rank() - fromEnd];
    }

    private double broadcast(int[] place) {
        int[] own = new int[rank()];
        for (int axis = 0; axis < own.length; axis++) {
            own[axis] = shape[axis] == 1 ? 0 : place[place.length - rank() + axis];
        }
        return at(own);
    }
}
