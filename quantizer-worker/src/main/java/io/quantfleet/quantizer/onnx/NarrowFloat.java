package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.Optional;

/** Floats of 16 bits, in which language models are exported as a rule. */
enum NarrowFloat {
    /** IEEE 754 binary16. */
    FLOAT16(TensorProto.DataType.FLOAT16_VALUE) {
        @Override
        float value(short bits) {
            int exponent = bits >>> 10 & 0x1f;
            int mantissa = bits & 0x3ff;
            float magnitude =
                    switch (exponent) {
                        case 0 -> mantissa * 0x1p-24f;
                        case 0x1f -> Float.intBitsToFloat(0x7f80_0000 | mantissa << 13);
                        default -> Float.intBitsToFloat((exponent << 23 | mantissa << 13) + (112 << 23));
                    };
            return bits < 0 ? -magnitude : magnitude;
        }
    },
    /** The upper half of a 32-bit float. */
    BFLOAT16(TensorProto.DataType.BFLOAT16_VALUE) {
        @Override
        float value(short bits) {
            return Float.intBitsToFloat(bits << Short.SIZE);
        }
    };

    private final int onnxCode;

    NarrowFloat(int onnxCode) {
        this.onnxCode = onnxCode;
    }

    /** The type with this number in ONNX files, if it is one of these. */
    static Optional<NarrowFloat> ofOnnxCode(int code) {
        return Arrays.stream(values()).filter(type -> type.onnxCode == code).findFirst();
    }

    /** Exactly what the bits stand for. */
    abstract float value(short bits);
}
