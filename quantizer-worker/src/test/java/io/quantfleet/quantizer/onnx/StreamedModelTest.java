package io.quantfleet.quantizer.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamedModelTest {
    private static final int ROWS = 1000;
    private static final int COLUMNS = 400;

    @TempDir
    private Path folder = Path.of("");

    /** A matrix that is read in more than one piece. */
    private Path write() throws IOException {
        float[] values = new float[ROWS * COLUMNS];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 1009;
        }
        TensorProto whole = Tensors.ofFloats("w", List.of((long) ROWS, (long) COLUMNS), values);
        Files.write(folder.resolve("w.data"), whole.getRawData().toByteArray());
        TensorProto external = whole.toBuilder()
                .clearRawData()
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(
                        StringStringEntryProto.newBuilder().setKey("location").setValue("w.data"))
                .build();
        var model = TinyModel.opset(17)
                .input("x", -1, ROWS)
                .output("y", -1, COLUMNS)
                .node("MatMul", List.of("x", "w"), "y")
                .proto()
                .toBuilder();
        model.getGraphBuilder().addInitializer(external);
        return Files.write(folder.resolve("model.onnx"), model.build().toByteArray());
    }

    private static int row(int element) {
        return element / COLUMNS;
    }

    private static float[] read(StreamedModel model, TensorProto tensor, int first, int count) {
        float[] values = new float[count];
        model.floats(tensor).read(first, FloatBuffer.wrap(values));
        return values;
    }

    @Test
    void changesTensorsWhereverTheyAreReadFrom() throws IOException {
        try (StreamedModel model = StreamedModel.open(write())) {
            TensorProto stored = model.graph().initializer("w").orElseThrow();
            TensorProto shifted = model.changed(stored, "shifted", (i, value) -> value + row(i));
            TensorProto doubled = model.changed(shifted, "doubled", (i, value) -> 2 * value);
            float[] expected = new float[ROWS * COLUMNS];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = 2 * (i % 1009 + row(i));
            }
            assertThat(read(model, doubled, 0, expected.length)).isEqualTo(expected);
            assertThat(read(model, doubled, 777, 3)).containsExactly(expected[777], expected[778], expected[779]);
            assertThat(read(model, stored, 1010, 1)).containsExactly(1);
        }
    }
}
