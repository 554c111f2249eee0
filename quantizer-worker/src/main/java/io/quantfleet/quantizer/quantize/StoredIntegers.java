package io.quantfleet.quantizer.quantize;

import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.target.IntegerType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Integers of one or two bytes each, the lower one first: but for {@link #packed} as ONNX stores them. */
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

    /** As a model stores them: two of four bits share a byte, the earlier one in its lower half. */
    static ByteString packed(ByteString integers, IntegerType type) {
        if (type != IntegerType.INT4) {
            return integers;
        }
        byte[] pairs = new byte[(integers.size() + 1) / 2];
        for (int i = 0; i < integers.size(); i++) {
            pairs[i / 2] |= (byte) ((integers.byteAt(i) & 0xf) << (i % 2 * 4));
        }
        return ByteString.copyFrom(pairs);
    }

    /** One of integers that {@link #bytes} gave. */
    static int get(ByteString stored, IntegerType type, int index) {
        int value = stored.byteAt(index * type.bytes());
        if (type.bytes() == Byte.BYTES) {
            return type.signed() ? value : value & 0xff;
        }
        int wide = (stored.byteAt(index * 2 + 1) << Byte.SIZE) | (value & 0xff);
        return type.signed() ? wide : wide & 0xffff;
    }
}
