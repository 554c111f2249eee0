package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.onnx.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** IEEE 754 binary16, which Java has conversions for only from version 20 on. */
final class Halves {
    private static final float GREATEST = 65504;

    private static final int MANTISSA_BITS = 10;
    /** The distance of the exponents' biases, as bits of a float. */
    private static final int REBIAS = (127 - 15) << 23;

    private static final int SIGN = 0x8000;
    private static final int DROPPED_BITS = 23 - MANTISSA_BITS;
    private static final int LEAST_NORMAL = (127 - 14) << 23;

    private Halves() {}

    /** Whether a value lies within a half's range. */
    static boolean holds(float value) {
        return Math.abs(value) <= GREATEST;
    }

    /** Whether all elements of a tensor do. */
    static boolean hold(TensorProto tensor) {
        for (float value : Tensors.floats(tensor)) {
            if (!holds(value)) {
                return false;
            }
        }
        return true;
    }

    /** A tensor's elements as halves. */
    static TensorProto of(String name, TensorProto tensor) {
        float[] values = Tensors.floats(tensor);
        ByteBuffer halves = ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            halves.putShort(nearest(value));
        }
        return Tensors.ofBytes(
                name, TensorProto.DataType.FLOAT16, tensor.getDimsList(), ByteString.copyFrom(halves.flip()));
    }

    /** The bits of the nearest half, ties to even; the value must be within a half's range. */
    static short nearest(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & SIGN;
        int magnitude = bits & Integer.MAX_VALUE;
        if (magnitude < LEAST_NORMAL) {
            // Denormal halves are multiples of 2^-24, which rint rounds to.
            return (short) (sign | (int) Math.rint(Math.abs((double) value) * (1 << 24)));
        }
        int odd = magnitude >>> DROPPED_BITS & 1;
        int rounded = magnitude - REBIAS + (1 << (DROPPED_BITS - 1)) - 1 + odd;
        return (short) (sign | rounded >>> DROPPED_BITS);
    }

    /** The value of a half's bits, which are of a finite number. */
    static float value(short half) {
        int exponent = half >>> MANTISSA_BITS & 0x1f;
        int mantissa = half & (1 << MANTISSA_BITS) - 1;
        float magnitude = exponent == 0
                ? mantissa * 0x1p-24f
                : Float.intBitsToFloat((exponent << 23 | mantissa << DROPPED_BITS) + REBIAS);
        return half < 0 ? -magnitude : magnitude;
    }
}
