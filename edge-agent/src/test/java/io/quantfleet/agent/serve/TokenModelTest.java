package io.quantfleet.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.agent.testkit.CountingLanguageModel;
import io.quantfleet.protocols.v1.ProbeSet;
import io.quantfleet.protocols.v1.SelfTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A language model in the agent: {@link CountingLanguageModel}. */
class TokenModelTest {
    private static final int VOCABULARY = CountingLanguageModel.VOCABULARY;
    private static final int TOKENS = CountingLanguageModel.TOKENS;

    @TempDir
    Path directory;

    private Path model;

    @BeforeEach
    void writeModel() throws IOException {
        model = Files.write(directory.resolve("model.onnx"), CountingLanguageModel.onnx());
    }

    @Test
    void theSelfTestCountsEveryNextTokenThatIsKnown() throws IOException {
        try (Model loaded = load(CountingLanguageModel.probes().build())) {
            SelfTest result = SelfTests.run(loaded);

            assertThat(result.getSamples()).isEqualTo(2);
            assertThat(result.getAccuracy()).isEqualTo(4 / 5.0);
            assertThat(loaded.choosesTokens()).isTrue();
        }
    }

    @Test
    void servingAsksForOneNextTokenAtATime() throws IOException {
        try (Model loaded = load(CountingLanguageModel.probes().build())) {
            assertThat(loaded.answers()).isEqualTo(5);
            assertThat(IntStream.range(0, 5).map(loaded::label)).containsExactly(1, 2, 3, 0, 3);
            assertThat(IntStream.range(0, 5)
                            .map(answer -> loaded.classify(answer).label()))
                    .containsExactly(1, 2, 3, 0, 1);
        }
    }

    @Test
    void aRequestChoosesTheTokenAfterTheLastOfEachSample() throws IOException {
        try (Model loaded = load(CountingLanguageModel.probes().build())) {
            Predictor.Prediction prediction = loaded.predictor()
                    .orElseThrow()
                    .predict(
                            List.of(new Tensor(
                                    "input_ids",
                                    Datatype.INT64,
                                    List.of(2L, (long) TOKENS),
                                    CountingLanguageModel.text())),
                            Set.of("logits"));

            assertThat(prediction.labels()).containsExactly(4, 0);
            assertThat(prediction.outputs().get(0).shape()).containsExactly(2L, (long) TOKENS, (long) VOCABULARY);
            assertThat(prediction.choices().get(0).confidence()).isGreaterThan(0.9f);
        }
    }

    @Test
    void refusesAProbeSetWithoutAnAnswerForEachPlace() {
        assertThatThrownBy(
                        () -> load(CountingLanguageModel.probes().setPlaces(3).build()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("2 samples of 3 tokens and 8 labels");
        assertThatThrownBy(
                        () -> load(CountingLanguageModel.probes().clearPlaces().build()))
                .as("as an agent that doesn't know places reads it")
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("2 samples and 8 labels");
        assertThatThrownBy(() -> load(CountingLanguageModel.probes()
                        .clearLabels()
                        .addAllLabels(Collections.nCopies(8, -1))
                        .build()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("no answer is known");
    }

    @Test
    void refusesScoresThatTheHeapHasNoRoomFor() throws Exception {
        try (var session = OrtSessions.ofThisMachine()
                .open(OrtRuntime.environment(Optional.empty()), model, ExecutionProvider.CPU)) {
            ScoreRoom.require(session, "logits", TOKENS, 80);
            assertThatThrownBy(() -> ScoreRoom.require(session, "logits", TOKENS, 79))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("4 tokens, 5 scores each")
                    .hasMessageContaining("-Xmx");
        }
    }

    private Model load(ProbeSet probes) throws IOException {
        Path file = Files.write(directory.resolve("probe-set.pb"), probes.toByteArray());
        return new OrtModelLoader(List.of(), Optional.empty()).load(model, file);
    }
}
