package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.onnx.StoredIntegers;
import io.quantfleet.quantizer.onnx.StoredType;
import io.quantfleet.quantizer.onnx.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * Stored integers that are trained as floats, and become integers again when the graph is written.
 */
final class StoredParameter {
    private final StoredIntegers integers;
    private final Optional<FakeQuantizer> quantizer;
    private final float[] scales;
    private final String scaleName;
    private final Optional<List<String>> factors;

    private StoredParameter(
            StoredIntegers integers,
            Optional<FakeQuantizer> quantizer,
            float[] scales,
            String scaleName,
            Optional<List<String>> factors) {
        this.integers = integers;
        this.quantizer = quantizer;
        this.scales = scales.clone();
        this.scaleName = scaleName;
        this.factors = factors;
    }

    /** A tensor of its own step sizes. */
    static StoredParameter of(StoredIntegers integers, FakeQuantizer quantizer, float[] scales) {
        return new StoredParameter(integers, Optional.of(quantizer), scales, quantizer.scaleName(), Optional.empty());
    }

    /**
     * A bias.
     *
     * @param factors names of two stored tensors whose product its steps are; empty if they stay as they are
     */
    static StoredParameter ofBias(
            StoredIntegers integers, float[] scales, String scaleName, Optional<List<String>> factors) {
        return new StoredParameter(integers, Optional.empty(), scales, scaleName, factors);
    }

    /** The stored tensor of its steps. */
    String scaleName() {
        return scaleName;
    }

    /** Names of what its steps are the product of, for a bias whose steps follow others. */
    Optional<List<String>> factors() {
        return factors;
    }

    /** Whether its steps are a parameter. */
    boolean hasOwnSteps() {
        return quantizer.isPresent();
    }

    /** The steps at the beginning. */
    float[] scales() {
        return scales.clone();
    }

    /**
     * Which integers a weight may take: where zero is in the middle, no more than it took in magnitude, since some kernels need
     * that −128 stays free, or a bit; else all.
     */
    static long[] usedRange(StoredIntegers integers, long[] zeroPoints) {
        boolean symmetric = integers.type().signed();
        for (long zeroPoint : zeroPoints) {
            symmetric &= zeroPoint == 0;
        }
        if (!symmetric) {
            return new long[] {integers.type().least(), integers.type().greatest()};
        }
        long largest = 1;
        for (int i = 0; i < integers.count(); i++) {
            largest = Math.max(largest, Math.abs((long) integers.at(i)));
        }
        return new long[] {-largest, Math.min(largest, integers.type().greatest())};
    }

    /** The floats that the integers stand for. */
    NDArray latent(NDManager manager, DataType precision) {
        float[] values = new float[integers.count()];
        for (int i = 0; i < values.length; i++) {
            int place = place(i, scales.length);
            long zeroPoint = quantizer.map(each -> each.zeroPoint(place)).orElse(0L);
            values[i] = (integers.at(i) - zeroPoint) * scales[place];
        }
        return Constants.of(manager, values, Shapes.of(integers.dimensions()), precision);
    }

    /** The tensor to store for trained floats and their steps. */
    TensorProto stored(float[] latent, float[] steps) {
        StoredType type = integers.type();
        long least = quantizer.map(FakeQuantizer::least).orElse(type.least());
        long greatest = quantizer.map(FakeQuantizer::greatest).orElse(type.greatest());
        Packed packed = new Packed(type, latent.length);
        for (int i = 0; i < latent.length; i++) {
            int place = place(i, steps.length);
            long zeroPoint = quantizer.map(each -> each.zeroPoint(place)).orElse(0L);
            // In 32-bit floats, as runtimes and training divide; a bias has more digits than those.
            double quotient = quantizer.isPresent() ? latent[i] / steps[place] : (double) latent[i] / steps[place];
            double nearest = Math.rint(quotient) + zeroPoint;
            packed.add(Math.max(least, Math.min(greatest, (long) nearest)));
        }
        return packed.tensor(integers.name(), integers.dimensions());
    }

    /** Integers to store. */
    static TensorProto integers(String name, List<Long> dimensions, StoredType type, long... values) {
        Packed packed = new Packed(type, values.length);
        for (long value : values) {
            packed.add(value);
        }
        return packed.tensor(name, dimensions);
    }

    // The place of an element's step among the steps, by ONNX's rules for axis and block_size.
    private int place(int element, int steps) {
        if (steps == 1) {
            return 0;
        }
        int axis = quantizer.map(FakeQuantizer::axis).orElse(0);
        int block = quantizer.map(FakeQuantizer::block).orElse(0);
        List<Long> dimensions = integers.dimensions();
        long stride = dimensions.stream().skip(axis + 1L).reduce(1L, Math::multiplyExact);
        long size = dimensions.get(axis);
        long along = element / stride % size;
        if (block == 0) {
            return (int) along;
        }
        long blocks = (size + block - 1) / block;
        return (int) ((element / (stride * size) * blocks + along / block) * stride + element % stride);
    }

    /** Integers in ONNX's bytes: the lower byte first, two halves to a byte. */
    private static final class Packed {
        private final StoredType type;
        private final ByteBuffer bytes;
        private int count;

        Packed(StoredType type, int elements) {
            this.type = type;
            this.bytes = ByteBuffer.allocate((elements * type.bits() + 7) / 8).order(ByteOrder.LITTLE_ENDIAN);
        }

        void add(long value) {
            int at = (int) ((long) count * type.bits() / 8);
            switch (type.bits()) {
                case 4 -> bytes.put(at, (byte) (bytes.get(at) | (value & 0xf) << (count % 2 * 4)));
                case 8 -> bytes.put(at, (byte) value);
                case 16 -> bytes.putShort(at, (short) value);
                default -> bytes.putInt(at, (int) value);
            }
            count++;
        }

        TensorProto tensor(String name, List<Long> dimensions) {
            return Tensors.ofBytes(
                    name, TensorProto.DataType.forNumber(type.onnxCode()), dimensions, ByteString.copyFrom(bytes));
        }
    }
}
