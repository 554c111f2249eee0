package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.quantfleet.quantizer.onnx.StoredType;
import java.util.Optional;

/**
 * Quantizes and dequantizes again, so that floats take the values that integers can express: what QuantizeLinear and
 * DequantizeLinear do one after the other, with their arithmetic. Without gradients the result is the same to the bit.
 *
 * <p>With gradients, it is a straight-through estimator with a learned step size (Esser et al. 2020, Learned Step Size
 * Quantization, equations 1 to 3): with v = x ÷ s, the value is s·round(clip(v, −Qn, Qp)), its gradient by x is 1 within the
 * range and 0 beyond, and by s it is round(v) − v within the range, −Qn or Qp beyond.
 *
 * <p>Where an offset is learned as well (Bhalgat et al. 2020, LSQ+: Improving low-bit quantization through learnable offsets and
 * better initialization, equations 4 to 7), the zero point is round(−β ÷ s), an integer as runtimes have it; beyond the range
 * the gradient by s is then the least or greatest integer n or p itself, and by β it is 1, within the range 0.
 */
public final class FakeQuantizer {
    private final String tensor;
    private final String scaleName;
    private final Optional<String> zeroPointName;
    private final StoredType type;
    private final long[] zeroPoints;
    private final int axis;
    private final int block;
    private final long least;
    private final long greatest;
    private final boolean ofStored;
    private Optional<NDArray> offset = Optional.empty();

    FakeQuantizer(
            String tensor,
            String scaleName,
            Optional<String> zeroPointName,
            StoredType type,
            long[] zeroPoints,
            int axis,
            int block,
            long least,
            long greatest,
            boolean ofStored) {
        this.tensor = tensor;
        this.scaleName = scaleName;
        this.zeroPointName = zeroPointName;
        this.type = type;
        this.zeroPoints = zeroPoints;
        this.axis = axis;
        this.block = block;
        this.least = least;
        this.greatest = greatest;
        this.ofStored = ofStored;
    }

    /** The tensor that is quantized: a computed one, or the stored integers that stand for it. */
    public String tensor() {
        return tensor;
    }

    /** The stored tensor of its step sizes, a parameter of the graph. */
    public String scaleName() {
        return scaleName;
    }

    /** The stored tensor of its zero points; empty where zero stands for zero without one. */
    public Optional<String> zeroPointName() {
        return zeroPointName;
    }

    /** What the integers are stored in. */
    public StoredType type() {
        return type;
    }

    /** Whether it is for a stored tensor, a weight, rather than for one that is computed. */
    public boolean ofStored() {
        return ofStored;
    }

    /** The axis along which each place, or each block of places, has its own step size; negative if there is one for all. */
    public int axis() {
        return axis;
    }

    /** How many places along the axis share a step size; 0 for one each. */
    public int block() {
        return block;
    }

    /** The least integer that is used. */
    public long least() {
        return least;
    }

    /** The greatest integer that is used. */
    public long greatest() {
        return greatest;
    }

    /** The integer that stands for zero, for a place among the step sizes. */
    public long zeroPoint(int place) {
        return zeroPoints[zeroPoints.length == 1 ? 0 : place];
    }

    /** Whether there is one zero point for all places, and neither end of the range nor the middle: that of a skew tensor. */
    public boolean isSkew() {
        long middle = type.signed() ? 0 : (least + greatest + 1) / 2;
        return zeroPoints.length == 1 && zeroPoints[0] > least && zeroPoints[0] < greatest && zeroPoints[0] != middle;
    }

    /** From now on the zero point follows from that parameter, see {@link #zeroPoint(float, float)}. */
    void learn(NDArray learned) {
        offset = Optional.of(learned);
    }

    /** The zero point for an offset. In 32-bit floats, as runtimes and training divide. */
    long zeroPoint(float shift, float step) {
        return Math.max(least, Math.min(greatest, (long) Math.rint(-shift / step)));
    }

    /** What the integers nearest to the elements stand for; differentiable where gradients are recorded. */
    NDArray apply(NDArray x, NDArray scale) {
        NDArray steps = stretched(scale, x);
        if (!JniUtils.isGradMode()) {
            return exact(
                    x,
                    steps,
                    offset.map(shift -> zeroPoint(shift, steps)).orElseGet(() -> stretched(zeroPoints(x), x)));
        }
        if (offset.isPresent()) {
            return FusedQuantizer.apply(x, steps, least, greatest, offset.get());
        }
        if (zeroPoints.length == 1) {
            return FusedQuantizer.apply(x, steps, least - zeroPoints[0], greatest - zeroPoints[0]);
        }
        return differentiable(x, scale);
    }

    private NDArray zeroPoint(NDArray shift, NDArray step) {
        return shift.neg().div(step).round().clip(least, greatest);
    }

    /** The arithmetic of ONNX's operators, with nothing recorded. */
    NDArray exact(NDArray x, NDArray scale, NDArray zeroPoint) {
        NDArray quotient = x.div(scale);
        NDArray integers = quotient.round();
        quotient.close();
        integers.addi(zeroPoint);
        NDArray clipped = integers.clip(least, greatest);
        integers.close();
        clipped.subi(zeroPoint);
        clipped.muli(scale);
        return clipped;
    }

    /**
     * The same with gradients. Within the range the value is x + s·(round(v) − v), beyond it s·Qp or s·Qn: always a linear
     * function of x and s, whose coefficients are the gradients.
     */
    NDArray differentiable(NDArray x, NDArray scale) {
        NDArray steps = stretched(scale, x);
        NDArray within;
        NDArray coefficient;
        JniUtils.setGradMode(false);
        try {
            NDArray zeroPoint = stretched(zeroPoints(x), x);
            NDArray quotient = x.div(steps);
            NDArray clipped = bounded(quotient, zeroPoint);
            within = quotient.eq(clipped).toType(x.getDataType(), false);
            coefficient = clipped.round();
            coefficient.subi(quotient.mul(within));
        } finally {
            JniUtils.setGradMode(true);
        }
        return x.mul(within).add(steps.mul(coefficient));
    }

    private NDArray bounded(NDArray quotient, NDArray zeroPoint) {
        if (zeroPoints.length == 1) {
            return quotient.clip(least - zeroPoints[0], greatest - zeroPoints[0]);
        }
        return quotient.maximum(zeroPoint.neg().add(least))
                .minimum(zeroPoint.neg().add(greatest));
    }

    private NDArray zeroPoints(NDArray like) {
        float[] values = new float[zeroPoints.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = zeroPoints[i];
        }
        NDArray array = like.getManager().create(values, shapeOfZeroPoints(like));
        return array.toType(like.getDataType(), false);
    }

    private Shape shapeOfZeroPoints(NDArray like) {
        if (zeroPoints.length == 1) {
            return new Shape();
        }
        return block == 0 ? new Shape(zeroPoints.length) : blocked(like.getShape());
    }

    private Shape blocked(Shape shape) {
        long[] dimensions = shape.getShape().clone();
        dimensions[axis] = (dimensions[axis] + block - 1) / block;
        return new Shape(dimensions);
    }

    /** One step size or zero point for each element, by ONNX's rules for axis and block_size, or one that is stretched. */
    private NDArray stretched(NDArray values, NDArray x) {
        int rank = Shapes.rank(x);
        if (values.size() == 1) {
            return Shapes.rank(values) == 0 ? values : values.reshape(new Shape());
        }
        if (block == 0) {
            return values.reshape(Shapes.along(axis, rank, values.size()));
        }
        NDArray repeated = values.repeat(axis, block);
        long size = x.getShape().get(axis);
        return repeated.getShape().get(axis) == size ? repeated : IndexOperators.part(repeated, axis, 0, size);
    }

    @Override
    public String toString() {
        return type.label() + " " + tensor;
    }
}
