package io.quantfleet.quantizer.form;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.sample.LlamaShape;
import io.quantfleet.quantizer.sample.RandomLlama;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BlockwiseGptqTest {
    private static final LlamaShape SHAPE = new LlamaShape(64, 64, 3, 4, 2, 96, 12);
    private static final SampleSource SAMPLES = new SkewedTokens(20, SHAPE, 3);
    private static final SampleSource OTHERS = new SkewedTokens(6, SHAPE, 4);

    @TempDir
    private Path folder = Path.of("");

    private Path model = Path.of("");

    @BeforeEach
    void writeModel() throws IOException {
        RandomLlama.write(folder, "llama", SHAPE, 1);
        model = folder.resolve("llama.onnx");
    }

    private static WeightOnlyOptions options(BlockEncoding encoding) {
        return new WeightOnlyOptions(4, WeightBlocks.usual().in(encoding), Set.of());
    }

    private StreamedVariant blockwise(Path target, WeightOnlyOptions options, ProgressListener listener) {
        return Gptq.quantize(model, target, SAMPLES, options, GptqOptions.usual(), 2, listener);
    }

    private static float[] run(Path file) {
        try (OnnxSession session = OnnxSession.open(file, RuntimeOptions.threads(1))) {
            Batch batch = session.newBatch(OTHERS.size());
            batch.fill(OTHERS, 0, OTHERS.size());
            batch.run(OTHERS.size());
            return batch.output(RandomLlama.OUTPUT).floats();
        }
    }

    @Test
    void aLanguageModelIsCutBetweenItsBlocks() {
        GraphParts parts = GraphParts.of(OnnxModel.read(model).graph());
        assertThat(parts.from())
                .containsExactly(
                        List.of(),
                        List.of("/model/layers.0/mlp_residual/Add_output"),
                        List.of("/model/layers.1/mlp_residual/Add_output"),
                        List.of("/model/norm/Mul_output"));
        assertThat(parts.number()).hasSize(4 * SHAPE.layers() + 1).containsEntry("/model/norm/Mul_output", 3);
    }

    @Test
    void soItIsOncePrepared() {
        OnnxModel prepared = PreparedModel.of(OnnxModel.read(model), SAMPLES, Map.of(), false)
                .model();
        assertThat(GraphParts.of(prepared.graph()).from())
                .isEqualTo(GraphParts.of(OnnxModel.read(model).graph()).from());
    }

    @ParameterizedTest
    @EnumSource
    void choosesTheSameIntegersAsInMemory(BlockEncoding encoding) {
        WeightOnlyOptions options = options(encoding);
        OnnxModel read = OnnxModel.read(model);
        PreparedModel prepared = PreparedModel.of(read, SAMPLES, Map.of(), false);
        // A model that is larger than memory is not prepared: means become pools there, whose sums round differently.
        PreparedModel asItIs = new PreparedModel(read, prepared.facts(), prepared.statistics());
        QuantizedModel expected =
                Gptq.quantize(asItIs, SAMPLES, folder, options, GptqOptions.usual(), 2, ProgressListener.NONE);
        Path target = folder.resolve("variant.onnx");
        StreamedVariant variant = blockwise(target, options, ProgressListener.NONE);
        assertThat(variant.method()).isEqualTo(expected.method());
        assertThat(variant.quantizedNodes()).isEqualTo(expected.quantizedNodes());
        OnnxModel written = OnnxModel.readAnyForm(target);
        expected.model().graph().initializers().stream()
                .filter(tensor -> tensor.getName().matches(".*(_q4|_scales)"))
                .forEach(tensor -> assertThat(written.graph().initializer(tensor.getName()))
                        .as(tensor.getName())
                        .hasValueSatisfying(
                                same -> assertThat(same.getRawData()).isEqualTo(tensor.getRawData())));
        assertThat(variant.reconstructions()).isEqualTo(expected.reconstructions());
    }

    /** Parts as other exporters write them: a mask and angles that are computed once and that every block reads. */
    @Test
    void whatIsComputedOfPositionsDoesNotCross() {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 8)
                .input("positions", -1, 1)
                .output("y", -1, 8)
                .weights("embedding", 1, 8, 8)
                .node("MatMul", List.of("x", "embedding"), "embedded")
                .weights("angles", 1, 1, 8)
                .node("Mul", List.of("positions", "angles"), "turns");
        String stream = "embedded";
        for (int i = 0; i < 3; i++) {
            model.weights("up" + i, 0.1, 8, 12)
                    .weights("down" + i, 0.1, 12, 8)
                    .node("Mul", List.of(stream, "turns"), "turned" + i)
                    .node("MatMul", List.of("turned" + i, "up" + i), "inside" + i)
                    .node("Relu", List.of("inside" + i), "open" + i)
                    .node("MatMul", List.of("open" + i, "down" + i), "back" + i)
                    .node("Add", List.of(stream, "back" + i), i == 2 ? "y" : "stream" + i);
            stream = "stream" + i;
        }
        assertThat(GraphParts.of(OnnxModel.of(model.proto()).graph()).from())
                .containsExactly(List.of(), List.of("embedded"), List.of("stream0"), List.of("stream1"));
    }

    @Test
    void theVariantRunsAsItWasRounded() {
        Path target = folder.resolve("variant.onnx");
        StreamedVariant variant = blockwise(target, options(BlockEncoding.MATMUL_N_BITS), ProgressListener.NONE);
        assertThat(FormRun.decibels(run(model), run(target))).isGreaterThan(10);
        assertThat(variant.reconstructions()).hasSize(7 * SHAPE.layers() + 1);
        assertThat(variant.reconstructions().stream()
                        .mapToDouble(layer -> layer.chosenDb() - layer.roundedDb())
                        .average()
                        .orElseThrow())
                .isGreaterThan(1);
    }

    @Test
    void whatIsLeftOutIsStoredInHalvesIfThatIsAskedFor() {
        Path target = folder.resolve("variant.onnx");
        Set<String> outside = Set.of("/model/embed_tokens/Gather", "/lm_head/MatMul");
        WeightOnlyOptions options =
                new WeightOnlyOptions(4, WeightBlocks.usual().in(BlockEncoding.MATMUL_N_BITS), outside, true);
        assertThat(blockwise(target, options, ProgressListener.NONE).method()).isEqualTo("gptq-int4-b32-fp16-rest");
        assertThat(FormRun.decibels(run(model), run(target))).isGreaterThan(10);
        assertThat(OnnxModel.readAnyForm(target).graph().initializer("lm_head.weight_half"))
                .hasValueSatisfying(
                        head -> assertThat(head.getRawData().size()).isEqualTo(2 * SHAPE.width() * SHAPE.vocabulary()));
    }

    @Test
    void leavesNothingBehindWhenItIsCancelled() throws IOException {
        CancelledWork.leaves(
                folder,
                0.5,
                impatient -> blockwise(folder.resolve("new.onnx"), options(BlockEncoding.MATMUL_N_BITS), impatient),
                "llama.onnx",
                "llama.onnx.weights",
                "llama.model.yaml");
    }

    @Test
    void whatLiesBetweenBlocksHasNoNameWhileItIsNeeded() throws IOException {
        try (SpilledSamples spilled = new SpilledSamples(SAMPLES, folder);
                Stream<Path> files = Files.list(folder)) {
            assertThat(spilled.tensors()).isEmpty();
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.contains("spilled"));
        }
    }
}
