package io.quantfleet.quantizer.onnx;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a QuantizeLinear or DequantizeLinear maps integers and reals: real = scale × (integer − zero point).
 *
 * @param node the QuantizeLinear or DequantizeLinear
 * @param type what the integers are stored in
 * @param scales one for the whole tensor, one for each place along the axis, or one for each block
 * @param zeroPoints as many as there are scales; empty where every one is 0 without saying so
 * @param axis the axis that has several scales
 * @param block how many elements along the axis share a scale; 0 where each place has its own
 */
public record Coding(
        Node node, StoredType type, float[] scales, Optional<StoredIntegers> zeroPoints, OptionalInt axis, int block) {

    /** Whether there is one scale for all. */
    public boolean perTensor() {
        return axis.isEmpty();
    }

    /** Whether every zero point is 0. */
    public boolean symmetric() {
        return zeroPoints.map(StoredIntegers::allZero).orElse(true);
    }

    /** The zero point of a place along the axis. */
    public int zeroPoint(int place) {
        return zeroPoints
                .map(points -> points.at(points.count() == 1 ? 0 : place))
                .orElse(0);
    }

    /** The least real number that a place's integers express. */
    public double lowest(int place) {
        return (type.least() - zeroPoint(place)) * (double) scales[place];
    }

    /** The greatest real number that a place's integers express. */
    public double highest(int place) {
        return (type.greatest() - zeroPoint(place)) * (double) scales[place];
    }
}
