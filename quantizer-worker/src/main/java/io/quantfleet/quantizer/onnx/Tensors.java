package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.runtime.ElementType;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Between ONNX's stored tensors and Java arrays. ONNX stores raw data in little-endian order. */
public final class Tensors {
    private Tensors() {}

    /**
     * How many elements the tensor has; 1 for a scalar.
     *
     * @throws QuantizerException if they are more than can be counted in 63 bits
     */
    public static long elements(TensorProto tensor) {
        try {
            return tensor.getDimsList().stream().reduce(1L, Math::multiplyExact);
        } catch (ArithmeticException e) {
            throw malformed(tensor, "has impossible dimensions " + tensor.getDimsList());
        }
    }

    /** Whether the tensor holds 32-bit floats. */
    public static boolean isFloat(TensorProto tensor) {
        return tensor.getDataType() == TensorProto.DataType.FLOAT_VALUE;
    }

    /** The elements of a tensor of 32-bit floats. */
    public static float[] floats(TensorProto tensor) {
        require(tensor, TensorProto.DataType.FLOAT_VALUE, "32-bit floats");
        // Before any room is made: dimensions may promise what is not there.
        TensorCheck.checkData(tensor);
        float[] values = new float[count(tensor)];
        if (tensor.hasRawData()) {
            raw(tensor).asFloatBuffer().get(values);
            return values;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.getFloatData(i);
        }
        return values;
    }

    /** The elements of a tensor of 64-bit integers. */
    public static long[] longs(TensorProto tensor) {
        require(tensor, TensorProto.DataType.INT64_VALUE, "64-bit integers");
        // Before any room is made: dimensions may promise what is not there.
        TensorCheck.checkData(tensor);
        long[] values = new long[count(tensor)];
        if (tensor.hasRawData()) {
            raw(tensor).asLongBuffer().get(values);
            return values;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.getInt64Data(i);
        }
        return values;
    }

    private static void require(TensorProto tensor, int type, String words) {
        if (tensor.getDataType() != type) {
            throw malformed(tensor, "holds data type " + tensor.getDataType() + " where " + words + " are needed");
        }
    }

    static int count(TensorProto tensor) {
        try {
            return Math.toIntExact(elements(tensor));
        } catch (ArithmeticException e) {
            throw new QuantizerException(
                    ReasonCode.MODEL_TOO_LARGE, "tensor " + tensor.getName() + " has too many elements", e);
        }
    }

    private static ByteBuffer raw(TensorProto tensor) {
        return tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Bytes that the tensor's elements take; the last one may be filled in part only. */
    static long bytes(TensorProto tensor, int elementBits) {
        try {
            long bits = Math.multiplyExact(elements(tensor), elementBits);
            return bits / Byte.SIZE + (bits % Byte.SIZE == 0 ? 0 : 1);
        } catch (ArithmeticException e) {
            throw malformed(tensor, "has impossible dimensions " + tensor.getDimsList());
        }
    }

    static QuantizerException malformed(TensorProto tensor, String fault) {
        return new QuantizerException(ReasonCode.MODEL_MALFORMED, "tensor " + tensor.getName() + " " + fault);
    }

    /** A tensor of 32-bit floats. */
    public static TensorProto ofFloats(String name, List<Long> dimensions, float... values) {
        ByteBuffer bytes = little(values.length, Float.BYTES);
        bytes.asFloatBuffer().put(values);
        return of(name, TensorProto.DataType.FLOAT, dimensions, bytes);
    }

    /** A tensor of 32-bit floats that are in memory under another name, with its elements changed. */
    public static TensorProto changed(TensorProto stored, String name, ElementChange change) {
        float[] values = floats(stored);
        for (int i = 0; i < values.length; i++) {
            values[i] = change.of(i, values[i]);
        }
        return ofFloats(name, stored.getDimsList(), values);
    }

    /** A vector of 64-bit integers. */
    public static TensorProto ofLongs(String name, long... values) {
        ByteBuffer bytes = little(values.length, Long.BYTES);
        bytes.asLongBuffer().put(values);
        return of(name, TensorProto.DataType.INT64, List.of((long) values.length), bytes);
    }

    /** A tensor of 32-bit integers. */
    public static TensorProto ofInts(String name, List<Long> dimensions, int... values) {
        ByteBuffer bytes = little(values.length, Integer.BYTES);
        bytes.asIntBuffer().put(values);
        return of(name, TensorProto.DataType.INT32, dimensions, bytes);
    }

    /** A tensor of elements of one byte. */
    public static TensorProto ofBytes(
            String name, TensorProto.DataType type, List<Long> dimensions, ByteString values) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .addAllDims(dimensions)
                .setRawData(values)
                .build();
    }

    /** A tensor with the elements of another that a run gave. */
    public static TensorProto of(String name, HostTensor tensor) {
        TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.type().onnxCode());
        return of(name, type, tensor.shape(), tensor.data().duplicate());
    }

    /** Name, type and dimensions; empty for strings and types narrower than a byte. */
    public static Optional<TensorSpec> spec(TensorProto tensor) {
        return ElementType.ofOnnxCode(tensor.getDataType())
                .map(type -> new TensorSpec(tensor.getName(), type, tensor.getDimsList()));
    }

    /** Bytes of one element; empty for strings and types narrower than a byte. */
    static OptionalInt elementBytes(TensorProto tensor) {
        return ElementType.ofOnnxCode(tensor.getDataType())
                .map(type -> OptionalInt.of(type.bytes()))
                .orElse(OptionalInt.empty());
    }

    /** Bits of one element; empty for strings and types that are not handled. */
    static OptionalInt elementBits(TensorProto tensor) {
        OptionalInt bytes = elementBytes(tensor);
        return bytes.isPresent()
                ? OptionalInt.of(bytes.getAsInt() * Byte.SIZE)
                : StoredType.ofOnnxCode(tensor.getDataType())
                        .map(type -> OptionalInt.of(type.bits()))
                        .orElse(OptionalInt.empty());
    }

    private static ByteBuffer little(int elements, int elementBytes) {
        return ByteBuffer.allocate(Math.multiplyExact(elements, elementBytes)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static TensorProto of(String name, TensorProto.DataType type, List<Long> dimensions, ByteBuffer bytes) {
        return ofBytes(name, type, dimensions, ByteString.copyFrom(bytes));
    }
}
