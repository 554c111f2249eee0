package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;

/** Makes stored tensors of floats from others, wherever their data lies. */
@FunctionalInterface
public interface ChangedTensors {

    /** The tensor under another name, with its elements changed; the one that is given stays as it is. */
    TensorProto change(TensorProto stored, String name, ElementChange change);
}
