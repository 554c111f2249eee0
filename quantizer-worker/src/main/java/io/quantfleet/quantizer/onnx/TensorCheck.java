package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.OptionalInt;

/** Checks that every tensor that a graph stores, in attributes and branches as well, has the data that its dimensions promise. */
final class TensorCheck {
    private TensorCheck() {}

    static void check(GraphProto graph) {
        graph.getInitializerList().forEach(TensorCheck::check);
        graph.getNodeList().stream()
                .map(NodeProto::getAttributeList)
                .forEach(attributes -> attributes.forEach(TensorCheck::check));
    }

    private static void check(AttributeProto attribute) {
        if (attribute.hasT()) {
            check(attribute.getT());
        }
        attribute.getTensorsList().forEach(TensorCheck::check);
        if (attribute.hasG()) {
            check(attribute.getG());
        }
        attribute.getGraphsList().forEach(TensorCheck::check);
    }

    private static void check(TensorProto tensor) {
        if (tensor.getDimsList().stream().anyMatch(dimension -> dimension < 0)) {
            throw Tensors.malformed(tensor, "has a negative dimension: " + tensor.getDimsList());
        }
        // Data outside the file is checked where it is read.
        if (!ExternalData.isExternal(tensor)) {
            checkData(tensor);
        }
    }

    /** Checks that there is as much data as the dimensions promise, of a type that is handled. */
    static void checkData(TensorProto tensor) {
        long elements = Tensors.elements(tensor);
        if (tensor.hasRawData()) {
            int stored = tensor.getRawData().size();
            Tensors.elementBits(tensor)
                    .ifPresent(bits -> require(tensor, stored, Tensors.bytes(tensor, bits), "bytes"));
            return;
        }
        long places = narrow(tensor) ? elements / 2 + elements % 2 : elements;
        listed(tensor).ifPresent(stored -> require(tensor, stored, places, "numbers"));
    }

    private static void require(TensorProto tensor, int stored, long needed, String what) {
        if (stored != needed) {
            throw Tensors.malformed(tensor, "has " + stored + " " + what + " for dimensions " + tensor.getDimsList());
        }
    }

    /** Two elements narrower than a byte share a number of the list. */
    private static boolean narrow(TensorProto tensor) {
        OptionalInt bits = Tensors.elementBits(tensor);
        return bits.isPresent() && bits.getAsInt() < Byte.SIZE;
    }

    /** How many numbers the tensor lists in the field that is meant for its type; empty for types that are not handled. */
    private static OptionalInt listed(TensorProto tensor) {
        return switch (tensor.getDataType()) {
            case DataType.FLOAT_VALUE -> OptionalInt.of(tensor.getFloatDataCount());
            case DataType.DOUBLE_VALUE -> OptionalInt.of(tensor.getDoubleDataCount());
            case DataType.INT64_VALUE -> OptionalInt.of(tensor.getInt64DataCount());
            case DataType.UINT32_VALUE, DataType.UINT64_VALUE -> OptionalInt.of(tensor.getUint64DataCount());
            case DataType.STRING_VALUE -> OptionalInt.of(tensor.getStringDataCount());
            default ->
                Tensors.elementBits(tensor).isPresent()
                        ? OptionalInt.of(tensor.getInt32DataCount())
                        : OptionalInt.empty();
        };
    }
}
