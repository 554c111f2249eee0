package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.fuzz.Mutations;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileModelsTest {
    private static final int FILES = 1000;

    @Test
    void theFilesThatAreDamagedAreSound() {
        OnnxReaderFuzz.seeds().forEach(OnnxReaderFuzz::fuzzerTestOneInput);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void damagedModelsAreReadOrRefusedInWords(long seed) {
        Mutations mutations = new Mutations(seed, OnnxReaderFuzz.seeds());
        for (int i = 0; i < FILES; i++) {
            OnnxReaderFuzz.fuzzerTestOneInput(mutations.next());
        }
    }

    @Test
    void dimensionsWithoutElementsTakeNoMemory() {
        OnnxReaderFuzz.fuzzerTestOneInput(TinyModel.opset(17)
                .input("x", 1)
                .output("y", 1)
                .graph(graph -> graph.addInitializer(TensorProto.newBuilder()
                        .setName("huge")
                        .setDataType(1)
                        .addDims(1 << 15)
                        .addDims(1 << 15)))
                .node("Add", List.of("x", "huge"), "y")
                .proto()
                .toByteArray());
    }
}
