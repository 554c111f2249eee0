package io.quantfleet.quantizer.quantize;

import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.target.IntegerType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Integers as ONNX stores them: one or two bytes each, the lower one first. */
final class StoredIntegers {
    private final IntegerType type;
    private final ByteBuffer bytes;

    StoredIntegers(IntegerType type, int count) {
        this.type = type;
        this.bytes =
                ByteBuffer.allocate(Math.multiplyExact(count, type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Appends one that its type can express. */
    void add(int value) {
        if (type.bytes() == Byte.BYTES) {
            bytes.put((byte) value);
        } else {
            bytes.putShort((short) value);
        }
    }

    /** All of them, once there are as many as were promised. */
    ByteString bytes() {
        return ByteString.copyFrom(bytes.flip());
    }

    /** One of stored integers. */
    static int get(ByteString stored, IntegerType type, int index) {
        int value = stored.byteAt(index * type.bytes());
        if (type.bytes() == Byte.BYTES) {
            return type.signed() ? value : value & 0xff;
        }
        int wide = (stored.byteAt(index * 2 + 1) << Byte.SIZE) | (value & 0xff);
        return type.signed() ? wide : wide & 0xffff;
    }
}
