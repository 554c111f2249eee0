package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/**
 * A stored tensor of integers of any width, read in place: nothing is copied, whatever the tensor's size.
 */
public final class StoredIntegers {
    private final TensorProto tensor;
    private final StoredType type;
    private final int count;
    private final IntUnaryOperator reader;

    private StoredIntegers(TensorProto tensor, StoredType type) {
        TensorCheck.checkData(tensor);
        this.tensor = tensor;
        this.type = type;
        this.count = Tensors.count(tensor);
        this.reader = tensor.hasRawData() ? raw(tensor.getRawData(), type) : listed(tensor, type);
    }

    /** The tensor's integers; empty if it holds something else. */
    public static Optional<StoredIntegers> of(TensorProto tensor) {
        return StoredType.ofOnnxCode(tensor.getDataType()).map(type -> new StoredIntegers(tensor, type));
    }

    private static IntUnaryOperator raw(ByteString bytes, StoredType type) {
        return switch (type) {
            case INT8 -> bytes::byteAt;
            case UINT8 -> at -> bytes.byteAt(at) & 0xff;
            case INT16 -> at -> (short) little(bytes, at * 2, 2);
            case UINT16 -> at -> little(bytes, at * 2, 2);
            case INT32 -> at -> little(bytes, at * 4, 4);
            case INT4, UINT4 -> at -> half(bytes.byteAt(at / 2), at, type);
        };
    }

    // Protobuf's list holds one element a place, or two halves of a byte.
    private static IntUnaryOperator listed(TensorProto tensor, StoredType type) {
        return type.bits() < 8 ? at -> half(tensor.getInt32Data(at / 2), at, type) : at -> tensor.getInt32Data(at);
    }

    private static int little(ByteString bytes, int from, int width) {
        int value = 0;
        for (int i = width - 1; i >= 0; i--) {
            value = (value << 8) | (bytes.byteAt(from + i) & 0xff);
        }
        return value;
    }

    // The element of an even place is in the lower half.
    private static int half(int pair, int at, StoredType type) {
        int bits = (pair >> (at % 2 * 4)) & 0xf;
        return type.signed() && bits > 7 ? bits - 16 : bits;
    }

    /** What they are stored in. */
    public StoredType type() {
        return type;
    }

    /** The tensor's name. */
    public String name() {
        return tensor.getName();
    }

    /** The tensor's dimensions. */
    public List<Long> dimensions() {
        return tensor.getDimsList();
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    /** One of them, in the tensor's order. */
    public int at(int index) {
        return reader.applyAsInt(index);
    }

    /** Whether all of them are zero. */
    public boolean allZero() {
        for (int i = 0; i < count; i++) {
            if (at(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
