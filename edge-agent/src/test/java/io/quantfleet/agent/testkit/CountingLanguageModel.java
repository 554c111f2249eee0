package io.quantfleet.agent.testkit;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import io.quantfleet.protocols.v1.ProbeElementType;
import io.quantfleet.protocols.v1.ProbeInput;
import io.quantfleet.protocols.v1.ProbeSet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A language model that counts: of five tokens the next one, from the last back to the first. */
public final class CountingLanguageModel {
    public static final int VOCABULARY = 5;
    public static final int TOKENS = 4;
    /** Two samples; the model is wrong once in the second, and of its last token but one nobody knows the next. */
    private static final List<Long> TEXT = List.of(0L, 1L, 2L, 3L, 4L, 0L, 3L, 4L);

    private static final List<Integer> NEXT = List.of(1, 2, 3, -1, 0, 3, -1, -1);

    private CountingLanguageModel() {}

    /** A probe set of both samples. */
    public static ProbeSet.Builder probes() {
        return ProbeSet.newBuilder()
                .setSamples(2)
                .setPlaces(TOKENS)
                .setOutput("logits")
                .addAllLabels(NEXT)
                .addInputs(ProbeInput.newBuilder()
                        .setName("input_ids")
                        .setType(ProbeElementType.PROBE_ELEMENT_TYPE_INT64)
                        .addShape(TOKENS)
                        .setRaw(ByteString.copyFrom(text())));
    }

    /** The tokens of both samples, in little-endian order. */
    public static ByteBuffer text() {
        ByteBuffer buffer = ByteBuffer.allocate(TEXT.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        TEXT.forEach(buffer::putLong);
        return buffer.flip();
    }

    /** The model, of any number of samples. */
    public static byte[] onnx() {
        ByteBuffer table =
                ByteBuffer.allocate(VOCABULARY * VOCABULARY * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int token = 0; token < VOCABULARY; token++) {
            for (int next = 0; next < VOCABULARY; next++) {
                table.putFloat(next == (token + 1) % VOCABULARY ? 9 : -1);
            }
        }
        OnnxMl.GraphProto graph = OnnxMl.GraphProto.newBuilder()
                .setName("counting")
                .addInput(value("input_ids", OnnxMl.TensorProto.DataType.INT64_VALUE, TOKENS))
                .addOutput(value("logits", OnnxMl.TensorProto.DataType.FLOAT_VALUE, TOKENS, VOCABULARY))
                .addInitializer(OnnxMl.TensorProto.newBuilder()
                        .setName("table")
                        .setDataType(OnnxMl.TensorProto.DataType.FLOAT_VALUE)
                        .addDims(VOCABULARY)
                        .addDims(VOCABULARY)
                        .setRawData(ByteString.copyFrom(table.flip())))
                .addNode(OnnxMl.NodeProto.newBuilder()
                        .setOpType("Gather")
                        .addInput("table")
                        .addInput("input_ids")
                        .addOutput("logits"))
                .build();
        return TinyModel.model(graph);
    }

    private static OnnxMl.ValueInfoProto value(String name, int type, long... sample) {
        OnnxMl.TensorShapeProto.Builder shape = OnnxMl.TensorShapeProto.newBuilder()
                .addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam("n"));
        for (long size : sample) {
            shape.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimValue(size));
        }
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(type)
                                .setShape(shape)))
                .build();
    }
}
