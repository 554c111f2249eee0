package io.quantfleet.quantizer.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockwiseRunsTest {
    private static final SampleSource SAMPLES = new CorrelatedSamples(20, 64, 12, 0);
    private static final WeightOnlyOptions OPTIONS =
            new WeightOnlyOptions(4, WeightBlocks.usual().in(BlockEncoding.MATMUL_N_BITS), Set.of());

    @TempDir
    private Path folder = Path.of("");

    private static List<Float> seen(BlockwiseRuns runs, String tensor) {
        List<Float> values = new ArrayList<>();
        runs.run(runs.model(), tensor, List.of(tensor), (batch, count) -> {
            float[] batchValues = batch.output(tensor).floats();
            for (int i = 0; i < count * 64; i++) {
                values.add(batchValues[i]);
            }
        });
        return values;
    }

    @Test
    void aPartInMemoryRunsFromWhatTheOnesBeforeItGave() {
        OnnxModel model = OnnxModel.of(TinyModel.opset(17)
                .input("x", -1, 64)
                .output("y", -1, 64)
                .weights("w0", 0.1, 64, 64)
                .weights("w1", 0.1, 64, 64)
                .weights("w2", 0.1, 64, 64)
                .node("MatMul", List.of("x", "w0"), "a")
                .node("Relu", List.of("a"), "b")
                .node("MatMul", List.of("b", "w1"), "c")
                .node("Relu", List.of("c"), "d")
                .node("MatMul", List.of("d", "w2"), "y")
                .proto());
        Graph graph = model.graph();
        try (BlockwiseRuns runs = SampledWeights.runs(() -> model.withGraph(graph), SAMPLES, folder, 1)) {
            List<Float> before = seen(runs, "d");
            // Whatever computed it anew would notice.
            graph.setInitializer(Tensors.ofFloats("w0", List.of(64L, 64L), new float[64 * 64]));
            assertThat(seen(runs, "d")).isEqualTo(before).hasSize(20 * 64).anyMatch(value -> value != 0);
        }
    }

    /** Between the two layers a sample is two rows, which no file by samples could tell apart. */
    private static TinyModel twoRowsToASample() {
        return TinyModel.opset(17)
                .input("x", -1, 64)
                .output("y", -1, 64)
                .weights("w1", 0.1, 64, 64)
                .weights("w2", 0.1, 32, 32)
                .weights("w3", 0.1, 32, 32)
                .longs("rows", new long[] {2}, -1, 32)
                .longs("samples", new long[] {2}, -1, 64)
                .node("MatMul", List.of("x", "w1"), "wide")
                .node("Reshape", List.of("wide", "rows"), "narrow")
                .node("MatMul", List.of("narrow", "w2"), "h")
                .node("Relu", List.of("h"), "open")
                .node("MatMul", List.of("open", "w3"), "z")
                .node("Reshape", List.of("z", "samples"), "y");
    }

    @Test
    void aModelInMemoryIsRunFromTheLastPlaceAtWhichRowsAreSamples() {
        OnnxModel model = OnnxModel.of(twoRowsToASample().proto());
        assertThat(GraphParts.of(model.graph()).from()).containsExactly(List.of(), List.of("narrow"), List.of("open"));
        PreparedModel prepared = FormRun.prepared(model, SAMPLES);
        QuantizedModel variant =
                Gptq.quantize(prepared, SAMPLES, folder, OPTIONS, GptqOptions.usual(), 1, ProgressListener.NONE);
        assertThat(variant.quantizedNodes()).hasSize(3);
        float[] expected = FormRun.run(model, SAMPLES);
        double rounded = FormRun.decibels(
                expected, FormRun.run(WeightOnly.quantize(prepared, OPTIONS).model(), SAMPLES));
        assertThat(FormRun.decibels(expected, FormRun.run(variant.model(), SAMPLES)))
                .isGreaterThan(rounded + 2);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aModelThatIsLargerThanMemoryIsRefusedThere() throws Exception {
        Path file = Files.write(
                folder.resolve("rows.onnx"), twoRowsToASample().proto().toByteArray());
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> Gptq.quantize(
                        file,
                        folder.resolve("variant.onnx"),
                        SAMPLES,
                        OPTIONS,
                        GptqOptions.usual(),
                        1,
                        ProgressListener.NONE))
                .withMessageContaining(
                        "was cut at its tensor narrow, but that has the dimensions [16, 32] for 8 samples")
                .withMessageContaining("weight-only-int4");
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
    }
}
