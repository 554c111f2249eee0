package io.quantfleet.quantizer.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.util.List;

/** Takes the data of new stored tensors to where the model will have them. */
@FunctionalInterface
interface TensorSink {

    /** A stored tensor with that data, in little-endian order. */
    TensorProto store(String name, TensorProto.DataType type, List<Long> dimensions, ByteBuffer data);
}
