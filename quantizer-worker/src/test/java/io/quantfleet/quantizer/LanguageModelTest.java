package io.quantfleet.quantizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.profile.ShippedProfiles;
import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.dataset.Datasets;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.evaluate.LatencyPlan;
import io.quantfleet.quantizer.evaluate.Likelihood;
import io.quantfleet.quantizer.evaluate.LikelihoodBudget;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.report.VariantReport;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.sample.LlamaShape;
import io.quantfleet.quantizer.sample.RandomLlama;
import io.quantfleet.quantizer.sample.TokenArchive;
import io.quantfleet.quantizer.search.Technique;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import io.quantfleet.quantizer.target.ProfileReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Language models from their description to their report, with random weights. */
class LanguageModelTest {
    private static final LlamaShape SHAPE = new LlamaShape(50, 64, 2, 4, 2, 96, 12);
    private static final int SAMPLES = 60;

    @TempDir
    private Path folder = Path.of("");

    private Path description = Path.of("");
    private Path tokens = Path.of("");

    @BeforeEach
    void modelAndTokens() throws IOException {
        description = RandomLlama.write(folder.resolve("model"), "tiny", SHAPE, 3);
        tokens = folder.resolve("tokens.npz");
        TokenArchive.write(
                tokens,
                SHAPE.context(),
                new Random(4)
                        .ints((long) SAMPLES * SHAPE.context(), 0, SHAPE.vocabulary())
                        .toArray());
    }

    private VariantReport quantize(Method method, LikelihoodBudget budget) {
        return result(QuantizationOptions.builder()
                        .method(method)
                        .likelihood(budget)
                        .build())
                .variants()
                .get(0)
                .report();
    }

    private QuantizationResult result(QuantizationOptions options) {
        return result(List.of(new ProfileReader().builtIn("rpi-cpu")), options);
    }

    private QuantizationResult result(List<DeviceClassProfile> profiles, QuantizationOptions options) {
        return Quantizer.builder()
                .threads(2)
                .latency(new LatencyPlan(0, 1, 1, Duration.ZERO))
                .build()
                .quantize(
                        new QuantizationRequest(
                                new ModelFiles(description, tokens, tokens), profiles, options, folder.resolve("out")),
                        progress -> {});
    }

    @Test
    void theRightAnswerIsTheNextToken() {
        ModelDescription read = ModelDescription.read(description);
        try (LabelledSamples samples = Datasets.open(tokens, read)) {
            int[] first =
                    new Random(4).ints(SHAPE.context(), 0, SHAPE.vocabulary()).toArray();
            int[] expected = Arrays.copyOfRange(first, 1, SHAPE.context() + 1);
            expected[SHAPE.context() - 1] = LabelledSamples.NO_TARGET;
            assertThat(samples.targets(0)).containsExactly(expected);
            assertThat(samples.size()).isEqualTo(SAMPLES);
        }
    }

    @Test
    void aTokenOutsideTheVocabularyIsNamed() throws IOException {
        int[] wrong = new int[SHAPE.context()];
        wrong[3] = SHAPE.vocabulary();
        TokenArchive.write(tokens, SHAPE.context(), wrong);
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> quantize(Method.WEIGHT_ONLY_INT4, LikelihoodBudget.usual()))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.DATASET_INVALID))
                .withMessageContaining("sample 0 has the token 50 at place 3, but the vocabulary has 50");
    }

    @Test
    void noTokenSeesThoseAfterIt() throws IOException {
        int[] one = new int[SHAPE.context()];
        int[] other = one.clone();
        other[7] = 9;
        int[] both = new int[2 * one.length];
        System.arraycopy(one, 0, both, 0, one.length);
        System.arraycopy(other, 0, both, one.length, one.length);
        TokenArchive.write(tokens, SHAPE.context(), both);
        try (LabelledSamples samples = Datasets.open(tokens, ModelDescription.read(description));
                OnnxSession session = OnnxSession.open(folder.resolve("model/tiny.onnx"), RuntimeOptions.threads(1))) {
            Batch batch = session.newBatch(2);
            batch.fill(samples, 0, 2);
            batch.run(2);
            float[] logits = batch.output("logits").floats();
            int sample = logits.length / 2;
            int place = 7 * SHAPE.vocabulary();
            assertThat(Arrays.copyOfRange(logits, sample, sample + place))
                    .containsExactly(Arrays.copyOfRange(logits, 0, place));
            assertThat(Arrays.copyOfRange(logits, sample + place, sample + place + SHAPE.vocabulary()))
                    .isNotEqualTo(Arrays.copyOfRange(logits, place, place + SHAPE.vocabulary()));
        }
    }

    @Test
    void isJudgedByPerplexityAndDivergence() throws IOException {
        VariantReport report = quantize(Method.WEIGHT_ONLY_INT4, new LikelihoodBudget(50, Optional.empty()));
        Likelihood likelihood = report.evaluation().accuracy().likelihood().orElseThrow();
        assertThat(likelihood.fp32Perplexity()).isBetween(40.0, 200.0);
        assertThat(likelihood.divergence()).isBetween(1e-6, 1.0);
        assertThat(report.evaluation().accuracy().samples()).isEqualTo(SAMPLES * (SHAPE.context() - 1));
        assertThat(report.verdict().ready()).isTrue();
        assertThat(quantize(Method.WEIGHT_ONLY_INT4, new LikelihoodBudget(50, Optional.of(0.0)))
                        .verdict()
                        .reasons())
                .singleElement()
                .asString()
                .startsWith("its distribution over the next token diverges by 0.");
    }

    @Test
    void roundingWithSamplesDivergesLess() {
        LikelihoodBudget any = new LikelihoodBudget(100, Optional.empty());
        double rounded = divergence(quantize(Method.WEIGHT_ONLY_INT4, any));
        VariantReport gptq = quantize(Method.GPTQ, any);
        assertThat(divergence(gptq)).isLessThan(rounded * 0.9);
        assertThat(gptq.trail().reconstructions()).hasSize(2 * 7 + 1);
        assertThat(divergence(quantize(Method.AWQ, any))).isLessThan(rounded);
    }

    private static double divergence(VariantReport report) {
        return report.evaluation().accuracy().likelihood().orElseThrow().divergence();
    }

    /** Projections and feed-forward part in 4 bits; embeddings, norms and the head in halves. */
    @Test
    void theClassicalAssignmentKeepsHeadAndEmbeddingsInHalves() {
        LikelihoodBudget any = new LikelihoodBudget(100, Optional.empty());
        QuantizationOptions.Builder options = QuantizationOptions.builder()
                .method(Method.GPTQ)
                .likelihood(any)
                .excluded(List.of("op:Gather", "last"));
        QuantizedVariant floats = result(options.build()).variants().get(0);
        long fp32Rest = floats.report().bytes();
        double divergence = divergence(floats.report());
        QuantizedVariant variant =
                result(options.halves(true).build()).variants().get(0);
        assertThat(variant.report().method()).isEqualTo("gptq-int4-b32-fp16-rest");
        // Two tables of the vocabulary lose half of their bytes but for two Casts, and the distribution hardly changes.
        long half = 2L * SHAPE.vocabulary() * SHAPE.width() * Short.BYTES;
        assertThat(fp32Rest - variant.report().bytes()).isBetween(half - 500, half);
        assertThat(divergence(variant.report())).isBetween(0.9 * divergence, 1.1 * divergence);
        Graph graph = OnnxModel.readAnyForm(variant.file()).graph();
        assertThat(graph.initializers().stream().filter(tensor -> tensor.getDataType() == DataType.FLOAT16_VALUE))
                .extracting(TensorProto::getName)
                .containsExactlyInAnyOrder("model.embed_tokens.weight_half", "lm_head.weight_half");
    }

    @Test
    void theLadderAimsAtTheBudget() throws IOException {
        QuantizationResult result = result(QuantizationOptions.builder()
                .likelihood(new LikelihoodBudget(2, Optional.of(0.01)))
                .build());
        VariantReport report = result.variants().get(0).report();
        assertThat(report.verdict().ready()).isTrue();
        JsonNode json = new ObjectMapper().readTree(result.toJson());
        JsonNode accuracy = json.at("/variants/0/accuracy");
        assertThat(accuracy.at("/perplexity/increasePercent").doubleValue()).isLessThanOrEqualTo(2);
        assertThat(accuracy.at("/divergence").doubleValue()).isBetween(0.0, 0.01);
        assertThat(result.toHtml()).contains("Perplexity", "of tokens are FP32’s first choice");
        assertThat(result.variants().get(0).probeSet().getPlaces()).isEqualTo(SHAPE.context());
    }

    @Test
    void everyClassThatShipsTakesALanguageModel() {
        ProfileReader profiles = new ProfileReader();
        List<QuantizedVariant> variants = result(
                        profiles.builtInNames().stream().map(profiles::builtIn).toList(),
                        QuantizationOptions.builder()
                                .method(Method.STATIC)
                                .techniques(Set.of(Technique.SOFTMAX_BOUNDS))
                                .likelihood(new LikelihoodBudget(3, Optional.of(0.01)))
                                .build())
                .variants();
        assertThat(variants).hasSize(8).allSatisfy(variant -> {
            VariantReport report = variant.report();
            assertThat(report.verdict().reasons()).as(report.deviceClass()).isEmpty();
            assertThat(report.trail().leftFloat().isEmpty())
                    .isEqualTo(profiles.builtIn(report.deviceClass()).everyOperator());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"phone-npu", "qnn-htp", "nnapi", "gpu"})
    void aClassWhoseRuntimeKnowsNoWeightsInBlocksSaysSo(String name) {
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> result(
                        List.of(new ProfileReader().builtIn(name)),
                        QuantizationOptions.builder().method(Method.GPTQ).build()))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.REQUEST_INVALID))
                .withMessageStartingWith(
                        name + " can't run models of the method gptq: its profile lists the forms static-int8");
    }

    @Test
    void aClassThatCannotHoldOneSaysHowLargeItIs() throws IOException {
        LlamaShape manyTokens = new LlamaShape(30_000, 64, 1, 4, 2, 96, SHAPE.context());
        description = RandomLlama.write(folder.resolve("model"), "tiny", manyTokens, 3);
        String small = ShippedProfiles.text("rpi-cpu").orElseThrow().replace("memoryMiB: 512", "memoryMiB: 2");
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> result(
                        List.of(new ProfileReader().read(small, "small.yaml")),
                        QuantizationOptions.builder()
                                .method(Method.WEIGHT_ONLY_INT8)
                                .build()))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.PROFILE_VIOLATED))
                .withMessageContaining("it has 4 MiB; rpi-cpu grants a model 2 MiB: take a form with smaller weights");
    }

    @Test
    void aBudgetInPointsIsRefused() {
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() ->
                        result(QuantizationOptions.builder().maxLossPoints(1).build()))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.REQUEST_INVALID))
                .withMessage("tiny is a language model: its budget is a rise of perplexity, not a loss of points");
    }

    @Test
    void descriptionsSayWhatIsWrong() {
        String yaml = RandomLlama.description("tiny", SHAPE);
        assertThat(fault(yaml.replace("input_ids", "tokens")))
                .contains("inputs: a language model takes the tensor 'input_ids' of int64 or int32");
        assertThat(fault(yaml.replace("vocabulary: 50", ""))).contains("vocabulary");
        assertThat(fault(yaml + "labels: [a, b]\n")).contains("labels: means nothing with task language-model");
        assertThat(fault(yaml.replace("language-model", "classification") + "labels: [a, b]\n"))
                .contains("vocabulary: means nothing with task classification");
    }

    private static String fault(String yaml) {
        try {
            ModelDescription.parse(yaml, "tiny.model.yaml");
            return "";
        } catch (QuantizerException e) {
            return e.getMessage();
        }
    }
}
