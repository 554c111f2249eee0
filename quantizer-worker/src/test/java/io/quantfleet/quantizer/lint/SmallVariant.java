package io.quantfleet.quantizer.lint;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import java.util.List;

/**
 * A quantized Conv and Relu, right for a class with unsigned activations, weights with a scale for each channel and integer
 * biases; with one thing wrong at a time.
 */
final class SmallVariant {
    private int opset = 17;
    private long batch = 1;
    private DataType activation = DataType.UINT8;
    private int zeroPoint = 128;
    private int weightZero;
    private int largestWeight = 60;
    private long axis;
    private float biasFactor = 1;
    private boolean floatBias;
    private float readScale = 0.5f;
    private boolean quantizedBetween;
    private boolean lowOutput = true;
    private String last = "";

    static SmallVariant right() {
        return new SmallVariant();
    }

    SmallVariant opset(int version) {
        opset = version;
        return this;
    }

    SmallVariant openBatch() {
        batch = -1;
        return this;
    }

    SmallVariant activations(DataType type, int zero) {
        activation = type;
        zeroPoint = zero;
        return this;
    }

    SmallVariant weightZero(int zero) {
        weightZero = zero;
        return this;
    }

    SmallVariant largestWeight(int integer) {
        largestWeight = integer;
        return this;
    }

    SmallVariant weightAxis(long scaled) {
        axis = scaled;
        return this;
    }

    SmallVariant biasFactor(float wrongBy) {
        biasFactor = wrongBy;
        return this;
    }

    SmallVariant floatBias() {
        floatBias = true;
        return this;
    }

    SmallVariant readScale(float scale) {
        readScale = scale;
        return this;
    }

    SmallVariant quantizedBetween() {
        quantizedBetween = true;
        return this;
    }

    /** Puts an operator on floats behind the last DequantizeLinear. */
    SmallVariant endingWith(String operator) {
        last = operator;
        return this;
    }

    OnnxModel model() {
        TinyModel model = TinyModel.opset(opset)
                .input("x", batch, 2, 4, 4)
                .output("y", batch, 2, 4, 4)
                .floats("w_scale", new long[] {2}, 0.25f, 0.125f)
                .floats("b_scale", new long[] {2}, 0.125f * biasFactor, 0.0625f * biasFactor)
                .floats("b_float", new long[] {2}, 1, 2)
                .floats("scale", new long[] {}, 0.5f)
                .floats("read_scale", new long[] {}, readScale)
                .graph(graph -> graph.addInitializer(bytes("zero", activation, List.of(), zeroPoint))
                        .addInitializer(bytes("low", activation, List.of(), lowOutput ? lowest() : zeroPoint))
                        .addInitializer(bytes("w", DataType.INT8, List.of(2L, 2L, 1L, 1L), largestWeight, 2, -3, 4))
                        .addInitializer(bytes("w_zero", DataType.INT8, List.of(2L), weightZero, weightZero))
                        .addInitializer(Tensors.ofInts("b", List.of(2L), 10, 20)))
                .node("QuantizeLinear", List.of("x", "scale", "zero"), "xq")
                .node("DequantizeLinear", List.of("xq", "read_scale", "zero"), "xd")
                .node("DequantizeLinear", List.of("w", "w_scale", "w_zero"), "wd", Attribute.of("axis", axis))
                .node("DequantizeLinear", List.of("b", "b_scale"), "bd", Attribute.of("axis", 0))
                .node("Conv", List.of("xd", "wd", floatBias ? "b_float" : "bd"), "c");
        if (quantizedBetween) {
            model.node("QuantizeLinear", List.of("c", "scale", "zero"), "cq")
                    .node("DequantizeLinear", List.of("cq", "scale", "zero"), "cd");
        }
        model.node("Relu", List.of(quantizedBetween ? "cd" : "c"), "r")
                .node("QuantizeLinear", List.of("r", "scale", "low"), "rq")
                .node("DequantizeLinear", List.of("rq", "scale", "low"), last.isEmpty() ? "y" : "d");
        if (!last.isEmpty()) {
            model.node(last, List.of("d"), "y");
        }
        ModelProto proto = model.proto();
        return OnnxModel.ofAnyForm(proto);
    }

    // What comes out of Relu starts at zero; so kernels need no Relu.
    private int lowest() {
        return activation == DataType.INT8 ? -128 : 0;
    }

    /** Gives the output a range that reaches below zero, which it never does behind a Relu. */
    SmallVariant wideOutput() {
        lowOutput = false;
        return this;
    }

    private static TensorProto bytes(String name, DataType type, List<Long> dimensions, int... values) {
        int width = type == DataType.UINT16 ? 2 : 1;
        byte[] raw = new byte[values.length * width];
        for (int i = 0; i < values.length; i++) {
            raw[i * width] = (byte) values[i];
            if (width == 2) {
                raw[i * width + 1] = (byte) (values[i] >> 8);
            }
        }
        return Tensors.ofBytes(name, type, dimensions, ByteString.copyFrom(raw));
    }
}
