package io.quantfleet.quantizer.onnx;

import java.util.Arrays;
import java.util.Optional;

/** Types that quantized tensors are stored in, those narrower than a byte included. */
public enum StoredType {
    UINT8(2, 8, false),
    INT8(3, 8, true),
    UINT16(4, 16, false),
    INT16(5, 16, true),
    INT32(6, 32, true),
    UINT4(21, 4, false),
    INT4(22, 4, true);

    private final int onnxCode;
    private final int bits;
    private final boolean signed;

    StoredType(int onnxCode, int bits, boolean signed) {
        this.onnxCode = onnxCode;
        this.bits = bits;
        this.signed = signed;
    }

    /** Bits of one element. */
    public int bits() {
        return bits;
    }

    /** Whether there are negative values. */
    public boolean signed() {
        return signed;
    }

    /** The least value. */
    public long least() {
        return signed ? -(1L << (bits - 1)) : 0;
    }

    /** The greatest value. */
    public long greatest() {
        return signed ? (1L << (bits - 1)) - 1 : (1L << bits) - 1;
    }

    /** {@code TensorProto.DataType} of this type. */
    public int onnxCode() {
        return onnxCode;
    }

    /** As profiles and messages spell it. */
    public String label() {
        return (signed ? "int" : "uint") + bits;
    }

    static Optional<StoredType> ofOnnxCode(int code) {
        return Arrays.stream(values()).filter(type -> type.onnxCode == code).findFirst();
    }
}
