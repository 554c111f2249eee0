package io.quantfleet.quantizer.dataset;

import io.quantfleet.quantizer.runtime.ElementType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** The element types of NumPy arrays that can be read: little-endian, or a single byte. */
enum NpyType {
    FLOAT32("<f4", 4),
    INT64("<i8", 8),
    INT32("<i4", 4),
    INT16("<i2", 2),
    INT8("|i1", 1),
    UINT8("|u1", 1),
    UINT16("<u2", 2),
    UINT32("<u4", 4);

    private final String code;
    private final int bytes;

    NpyType(String code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /** The type with NumPy's code. */
    static Optional<NpyType> of(String code) {
        return Arrays.stream(values()).filter(type -> type.code.equals(code)).findFirst();
    }

    /** How NumPy's users write the type that a model's input needs. */
    static String numpyName(ElementType type) {
        return type.name().toLowerCase(java.util.Locale.ROOT);
    }

    int bytes() {
        return bytes;
    }

    /** Whether elements can be used as they are where a model takes {@code type}. */
    boolean is(ElementType type) {
        return name().equals(type.name());
    }

    /** Whether it counts. */
    boolean isInteger() {
        return this != FLOAT32;
    }

    /** The next element of a little-endian buffer, of an integer type. */
    long nextInteger(ByteBuffer data) {
        return switch (this) {
            case INT64 -> data.getLong();
            case INT32 -> data.getInt();
            case INT16 -> data.getShort();
            case INT8 -> data.get();
            case UINT8 -> data.get() & 0xffL;
            case UINT16 -> data.getShort() & 0xffffL;
            case UINT32 -> data.getInt() & 0xffffffffL;
            case FLOAT32 -> throw new IllegalStateException("float32 is no integer type");
        };
    }
}
