package io.quantfleet.quantizer.onnx;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a QuantizeLinear or DequantizeLinear maps integers and reals: real = scale × (integer − zero point). Immutable.
 */
public final class Coding {
    private final Node node;
    private final StoredType type;
    private final float[] scales;
    private final Optional<StoredIntegers> zeroPoints;
    private final OptionalInt axis;
    private final int block;

    Coding(
            Node node,
            StoredType type,
            float[] scales,
            Optional<StoredIntegers> zeroPoints,
            OptionalInt axis,
            int block) {
        this.node = node;
        this.type = type;
        this.scales = scales.clone();
        this.zeroPoints = zeroPoints;
        this.axis = axis;
        this.block = block;
    }

    /** The QuantizeLinear or DequantizeLinear. */
    public Node node() {
        return node;
    }

    /** What the integers are stored in. */
    public StoredType type() {
        return type;
    }

    /** How many scales there are: one for the whole tensor, one for each place along the axis, or one for each block. */
    public int places() {
        return scales.length;
    }

    /** The scale of a place. */
    public float scale(int place) {
        return scales[place];
    }

    /** Whether another coding has the very same scales. */
    public boolean sameScales(Coding other) {
        return Arrays.equals(scales, other.scales);
    }

    /** The zero points, as many as there are scales; empty where every one is 0 without saying so. */
    public Optional<StoredIntegers> zeroPoints() {
        return zeroPoints;
    }

    /** The axis that has several scales; negative where it is counted from the end. */
    public OptionalInt axis() {
        return axis;
    }

    /** How many elements along the axis share a scale; 0 where each place has its own. */
    public int block() {
        return block;
    }

    /** Whether there is one scale for all. */
    public boolean perTensor() {
        return axis.isEmpty();
    }

    /** Whether every zero point is 0. */
    public boolean symmetric() {
        return zeroPoints.map(StoredIntegers::allZero).orElse(true);
    }

    /** The zero point of a place. */
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
