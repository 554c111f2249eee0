package io.quantfleet.quantizer.runtime;

import java.util.Arrays;
import java.util.Optional;

/** Types of tensor elements of fixed size, with the number that ONNX files give them. */
public enum ElementType {
    FLOAT32(1, 4),
    UINT8(2, 1),
    INT8(3, 1),
    UINT16(4, 2),
    INT16(5, 2),
    INT32(6, 4),
    INT64(7, 8),
    BOOL(9, 1),
    FLOAT16(10, 2),
    FLOAT64(11, 8),
    UINT32(12, 4),
    UINT64(13, 8),
    BFLOAT16(16, 2);

    private final int onnxCode;
    private final int bytes;

    ElementType(int onnxCode, int bytes) {
        this.onnxCode = onnxCode;
        this.bytes = bytes;
    }

    /** {@code TensorProto.DataType} of this type. */
    public int onnxCode() {
        return onnxCode;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** The type with this number in ONNX files; empty for strings, complex numbers and types narrower than a byte. */
    public static Optional<ElementType> ofOnnxCode(int code) {
        return Arrays.stream(values()).filter(type -> type.onnxCode == code).findFirst();
    }
}
