package io.quantfleet.quantizer.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.onnx.TinyModel.Attribute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtraOutputTest {
    // x is stored unsigned, from -1 to 0.9921875; y signed and symmetric, with 0.5 a step.
    private static OnnxModel variant() {
        return OnnxModel.ofAnyForm(TinyModel.opset(17)
                .input("x", 1, 2)
                .output("y", 1, 2)
                .floats("x_scale", new long[] {}, 1 / 128f)
                .floats("y_scale", new long[] {}, 0.5f)
                .floats("w_scale", new long[] {2}, 0.25f, 2)
                .graph(graph -> graph.addInitializer(bytes("x_zero", DataType.UINT8, List.of(), 128))
                        .addInitializer(bytes("y_zero", DataType.INT8, List.of(), 0))
                        .addInitializer(bytes("w_zero", DataType.INT8, List.of(2L), 0, 0))
                        .addInitializer(bytes("w_q", DataType.INT8, List.of(2L, 2L), 1, 2, 3, 4)))
                .node("QuantizeLinear", List.of("x", "x_scale", "x_zero"), "x_q")
                .node("DequantizeLinear", List.of("x_q", "x_scale", "x_zero"), "x_dq")
                .node("DequantizeLinear", List.of("w_q", "w_scale", "w_zero"), "w_dq", Attribute.of("axis", -1))
                .node("MatMul", List.of("x_dq", "w_dq"), "y_dq")
                .node("QuantizeLinear", List.of("y_dq", "y_scale", "y_zero"), "y_q")
                .node("DequantizeLinear", List.of("y_q", "y_scale", "y_zero"), "y")
                .proto());
    }

    private static ai.onnx.proto.OnnxMl.TensorProto bytes(
            String name, DataType type, List<Long> dimensions, int... values) {
        byte[] raw = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            raw[i] = (byte) values[i];
        }
        return Tensors.ofBytes(name, type, dimensions, ByteString.copyFrom(raw));
    }

    @Test
    void encodingsSayHowEveryTensorIsStoredUnderItsOwnName() throws Exception {
        JsonNode encodings = new ObjectMapper().readTree(ExtraOutput.ENCODINGS.of(variant()));

        assertThat(encodings.path("version").asText()).isEqualTo("1.0.0");
        assertThat(encodings.path("activation_encodings")).hasSize(2);
        assertThat(encodings.path("activation_encodings").path(0)).isEqualTo(new ObjectMapper().readTree("""
                {"name": "x", "dtype": "INT", "bw": 8, "enc_type": "PER_TENSOR", "is_sym": false,
                 "scale": [0.0078125], "offset": [-128], "min": [-1.0], "max": [0.9921875]}"""));
        JsonNode output = encodings.path("activation_encodings").path(1);
        assertThat(output.path("name").asText()).isEqualTo("y");
        assertThat(output.path("is_sym").asBoolean()).isTrue();
        assertThat(output.path("offset").path(0).asInt()).isEqualTo(-128);
        assertThat(encodings.path("param_encodings").path(0)).isEqualTo(new ObjectMapper().readTree("""
                {"name": "w", "dtype": "INT", "bw": 8, "enc_type": "PER_CHANNEL", "is_sym": true, "axis": 1,
                 "scale": [0.25, 2.0], "offset": [-128, -128], "min": [-32.0, -256.0], "max": [31.75, 254.0]}"""));
    }

    @Test
    void dynamicRangesAreTheLargestMagnitudes() {
        assertThat(ExtraOutput.DYNAMIC_RANGES.of(variant())).isEqualTo("x 1.0\ny 63.5\n");
    }

    @Test
    void aConversionToAnotherWidthIsNoTensorOfTheModel() {
        OnnxModel converting = OnnxModel.ofAnyForm(TinyModel.opset(21)
                .input("x", 1, 2)
                .output("y", 1, 2)
                .floats("fine", new long[] {}, 1 / 1024f)
                .floats("coarse", new long[] {}, 1 / 4f)
                .graph(graph -> graph.addInitializer(bytes("wide", DataType.UINT16, List.of(), 0, 0))
                        .addInitializer(bytes("narrow", DataType.UINT8, List.of(), 0)))
                .node("QuantizeLinear", List.of("x", "fine", "wide"), "x_q")
                .node("DequantizeLinear", List.of("x_q", "fine", "wide"), "x_dq")
                .node("QuantizeLinear", List.of("x_dq", "coarse", "narrow"), "c_q")
                .node("DequantizeLinear", List.of("c_q", "coarse", "narrow"), "c")
                .node("Relu", List.of("c"), "y")
                .proto());

        assertThat(ExtraOutput.DYNAMIC_RANGES.of(converting)).isEqualTo("x 63.999023\n");
        assertThat(ExtraOutput.ENCODINGS.of(converting)).contains("\"x\"").doesNotContain("x_dq");
    }

    @Test
    void filesStandBesideTheVariant(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("net.gpu.onnx");
        variant().write(file);

        Path written = ExtraOutput.DYNAMIC_RANGES.writeBeside(file);

        assertThat(written).isEqualTo(folder.resolve("net.gpu.dynamic-ranges.txt"));
        assertThat(Files.readString(written)).startsWith("x ");
    }
}
