package io.quantfleet.quantizer.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.sample.LlamaShape;
import io.quantfleet.quantizer.sample.RandomLlama;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockwiseAwqTest {
    private static final LlamaShape SHAPE = new LlamaShape(64, 64, 3, 4, 2, 96, 12);
    private static final SampleSource SAMPLES = new SkewedTokens(20, SHAPE, 3);
    private static final SampleSource OTHERS = new SkewedTokens(6, SHAPE, 4);
    private static final int OUTLIER = 8;
    private static final String V_PROJ = "/model/layers.0/self_attn/v_proj/MatMul";

    @TempDir
    private Path folder = Path.of("");

    private Path model = Path.of("");
    private OnnxModel inMemory = RandomLlama.inMemory(SHAPE, 1);

    /** A model whose norms make some channels large, as those of trained ones do, with all its floats beside it. */
    @BeforeEach
    void writeModel() throws IOException {
        byte[] serialized = new byte[inMemory.serialized().remaining()];
        inMemory.serialized().get(serialized);
        ModelProto.Builder whole = ModelProto.parseFrom(serialized).toBuilder();
        ModelProto.Builder apart = whole.clone();
        ByteArrayOutputStream weights = new ByteArrayOutputStream();
        GraphProto.Builder graph = whole.getGraphBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            TensorProto tensor = graph.getInitializer(i);
            if (Tensors.isFloat(tensor) && tensor.getDimsCount() > 0) {
                TensorProto shaped = tensor.getName().endsWith("norm.weight") ? withOutliers(tensor) : tensor;
                graph.setInitializer(i, shaped);
                apart.getGraphBuilder().setInitializer(i, external(shaped, weights));
            }
        }
        inMemory = OnnxModel.of(whole.build());
        Files.write(folder.resolve("llama.weights"), weights.toByteArray());
        model = Files.write(folder.resolve("llama.onnx"), apart.build().toByteArray());
    }

    private static TensorProto withOutliers(TensorProto gain) {
        return Tensors.changed(gain, gain.getName(), (i, value) -> i % 16 == 3 ? OUTLIER * value : value);
    }

    private static TensorProto external(TensorProto tensor, ByteArrayOutputStream weights) {
        int offset = weights.size();
        weights.writeBytes(tensor.getRawData().toByteArray());
        return tensor.toBuilder()
                .clearRawData()
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", "llama.weights"))
                .addExternalData(entry("offset", Integer.toString(offset)))
                .build();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private static WeightOnlyOptions options(BlockEncoding encoding, String... excluded) {
        return new WeightOnlyOptions(4, WeightBlocks.usual().in(encoding), Set.of(excluded));
    }

    private StreamedVariant blockwise(Path target, WeightOnlyOptions options, ProgressListener listener) {
        return Awq.quantize(model, target, SAMPLES, options, 2, listener);
    }

    private QuantizedModel expected(WeightOnlyOptions options) {
        PreparedModel prepared = PreparedModel.of(inMemory, SAMPLES, Map.of(), false);
        // A model that is larger than memory is not prepared: means become pools there, whose sums round differently.
        PreparedModel asItIs = new PreparedModel(inMemory, prepared.facts(), prepared.statistics());
        return Awq.quantize(asItIs, SAMPLES, folder, options, 1, ProgressListener.NONE);
    }

    @ParameterizedTest
    @EnumSource
    void storesTheSameNumbersAsInMemory(BlockEncoding encoding) {
        WeightOnlyOptions options = options(encoding, V_PROJ, "/model/layers.1/mlp/up_proj/MatMul");
        QuantizedModel expected = expected(options);
        Path target = folder.resolve("variant.onnx");
        StreamedVariant variant = blockwise(target, options, ProgressListener.NONE);
        assertThat(variant.method()).isEqualTo(expected.method());
        assertThat(variant.quantizedNodes()).isEqualTo(expected.quantizedNodes());
        assertThat(variant.reconstructions()).isEqualTo(expected.reconstructions());
        OnnxModel written = OnnxModel.readAnyForm(target);
        List<TensorProto> tensors = expected.model().graph().initializers().stream()
                .filter(tensor -> tensor.getName().matches(".*(_q4|_scales|_scaled|_equalized)"))
                .toList();
        tensors.forEach(tensor -> assertThat(written.graph().initializer(tensor.getName()))
                .as(tensor.getName())
                .hasValueSatisfying(same -> assertThat(same.getRawData()).isEqualTo(tensor.getRawData())));
        assertThat(tensors)
                .extracting(TensorProto::getName)
                .contains(
                        "model.layers.0.input_layernorm.weight_scaled",
                        "model.layers.0.self_attn.v_proj.weight_equalized",
                        "model.layers.1.mlp.up_proj.weight_equalized_equalized",
                        "model.layers.2.mlp.down_proj.weight_equalized_q4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.layers.0.mlp.gate_proj.weight", "model.norm.weight", "lm_head.weight"})
    void aRewritingThatChangesWhatTheModelComputesIsNoticed(String weight) {
        Path target = folder.resolve("variant.onnx");
        try (StreamedRounding rounding =
                StreamedRounding.open(model, target, SAMPLES, options(BlockEncoding.MATMUL_N_BITS), 1)) {
            OnnxModel before = rounding.model();
            rounding.checkSameFunction(before);
            Graph graph = rounding.graph();
            TensorProto stored = graph.initializer(weight).orElseThrow();
            // One channel of 64.
            graph.setInitializer(rounding.tensors()
                    .changed(stored, weight + "_changed", (i, value) -> i % 64 == 5 ? 1.5f * value : value));
            graph.consumers(weight)
                    .forEach(node -> graph.setInput(node, node.inputs().indexOf(weight), weight + "_changed"));
            assertThatExceptionOfType(QuantizerException.class)
                    .isThrownBy(() -> rounding.checkSameFunction(before))
                    .withMessageStartingWith("rewriting the graph changed output logits by ");
        }
    }

    @Test
    void theVariantFollowsFp32MoreCloselyThanOneRoundedToNearest() {
        WeightOnlyOptions options = options(BlockEncoding.MATMUL_N_BITS);
        float[] fp32 = FormRun.run(inMemory, OTHERS);
        Path rounded = folder.resolve("rounded.onnx");
        WeightOnly.quantize(model, rounded, options, ProgressListener.NONE);
        Path scaled = folder.resolve("scaled.onnx");
        blockwise(scaled, options, ProgressListener.NONE);
        assertThat(FormRun.decibels(fp32, FormRun.run(OnnxModel.readAnyForm(scaled), OTHERS)))
                .isGreaterThan(FormRun.decibels(fp32, FormRun.run(OnnxModel.readAnyForm(rounded), OTHERS)) + 1);
    }

    @Test
    void whatIsLeftOutIsScaledBeforeItIsStoredInHalves() {
        WeightOnlyOptions inFloats = options(BlockEncoding.MATMUL_N_BITS, V_PROJ);
        WeightOnlyOptions inHalves = new WeightOnlyOptions(4, inFloats.blocks(), inFloats.excluded(), true);
        Path floats = folder.resolve("floats.onnx");
        blockwise(floats, inFloats, ProgressListener.NONE);
        Path halves = folder.resolve("halves.onnx");
        blockwise(halves, inHalves, ProgressListener.NONE);
        OnnxModel written = OnnxModel.readAnyForm(halves);
        assertThat(written.graph().initializer("model.layers.0.self_attn.v_proj.weight_equalized_half"))
                .isPresent();
        assertThat(FormRun.decibels(FormRun.run(OnnxModel.readAnyForm(floats), OTHERS), FormRun.run(written, OTHERS)))
                .isGreaterThan(25);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.2, 0.7})
    void leavesNothingBehindWhenItIsCancelled(double at) throws IOException {
        CancelledWork.leaves(
                folder,
                at,
                impatient -> blockwise(folder.resolve("new.onnx"), options(BlockEncoding.MATMUL_N_BITS), impatient),
                "llama.onnx",
                "llama.weights");
    }
}
