package io.quantfleet.quantizer.train.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.StoredIntegers;
import io.quantfleet.quantizer.onnx.Tensors;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.List;
import java.util.Optional;

/** Makes arrays of stored tensors. */
final class Constants {
    private Constants() {}

    /**
     * An array of a stored tensor's elements.
     *
     * @param precision the type that floats get
     */
    static NDArray array(NDManager manager, TensorProto tensor, DataType precision) {
        Shape shape = Shapes.of(tensor.getDimsList());
        return switch (tensor.getDataType()) {
            case TensorProto.DataType.FLOAT_VALUE -> of(manager, Tensors.floats(tensor), shape, precision);
            case TensorProto.DataType.DOUBLE_VALUE ->
                precision == DataType.FLOAT64
                        ? manager.create(doubles(tensor), shape)
                        : converted(manager.create(doubles(tensor), shape), precision);
            case TensorProto.DataType.INT64_VALUE -> manager.create(Tensors.longs(tensor), shape);
            case TensorProto.DataType.INT32_VALUE -> manager.create(integers(tensor), shape);
            case TensorProto.DataType.BOOL_VALUE -> manager.create(booleans(tensor), shape);
            default ->
                throw new QuantizerException(
                        ReasonCode.OPERATOR_UNSUPPORTED,
                        "tensor " + tensor.getName() + " holds elements of type "
                                + TensorProto.DataType.forNumber(tensor.getDataType())
                                + ", which can't be trained with; give the model in FP32");
        };
    }

    /** An array of floats of that type. */
    static NDArray of(NDManager manager, float[] values, Shape shape, DataType precision) {
        NDArray array = manager.create(values, shape);
        // An array of the same type would share its memory, and lose it with the first.
        return precision == DataType.FLOAT32 ? array : converted(array, precision);
    }

    private static NDArray converted(NDArray array, DataType type) {
        try (array) {
            return array.toType(type, true);
        }
    }

    /** What a Constant node holds. */
    static Optional<TensorProto> of(Node node) {
        Optional<TensorProto> whole = node.attribute("value").map(AttributeProto::getT);
        String name = node.output();
        return whole.or(() ->
                        node.attribute("value_float").map(value -> Tensors.ofFloats(name, List.of(), value.getF())))
                .or(() -> node.attribute("value_floats").map(value -> {
                    float[] floats = new float[value.getFloatsCount()];
                    for (int i = 0; i < floats.length; i++) {
                        floats[i] = value.getFloats(i);
                    }
                    return Tensors.ofFloats(name, List.of((long) floats.length), floats);
                }))
                .or(() -> node.integers("value_ints").map(values -> Tensors.ofLongs(name, Shapes.array(values))))
                .or(() -> node.attribute("value_int").map(value -> Tensors.ofLongs(name, value.getI()).toBuilder()
                        .clearDims()
                        .build()));
    }

    private static int[] integers(TensorProto tensor) {
        StoredIntegers stored = StoredIntegers.of(tensor).orElseThrow();
        int[] values = new int[stored.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = stored.at(i);
        }
        return values;
    }

    private static boolean[] booleans(TensorProto tensor) {
        boolean[] values = new boolean[Math.toIntExact(Tensors.elements(tensor))];
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.hasRawData() ? tensor.getRawData().byteAt(i) != 0 : tensor.getInt32Data(i) != 0;
        }
        return values;
    }

    private static double[] doubles(TensorProto tensor) {
        double[] values = new double[Math.toIntExact(Tensors.elements(tensor))];
        if (tensor.hasRawData()) {
            DoubleBuffer raw = tensor.getRawData()
                    .asReadOnlyByteBuffer()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asDoubleBuffer();
            raw.get(values);
            return values;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.getDoubleData(i);
        }
        return values;
    }
}
