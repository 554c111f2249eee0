package io.quantfleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.sample.LlamaShape;
import io.quantfleet.quantizer.sample.RandomLlama;
import io.quantfleet.quantizer.sample.SampleModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class RegisterCommandTest {
    @RegisterExtension
    private final StubControlPlane controlPlane = new StubControlPlane();

    @TempDir
    Path folder;

    private SampleModel sample;

    @BeforeEach
    void start() throws IOException {
        sample = SampleModel.extractInto(folder.resolve("sample"));
        controlPlane.answers("models", 201, "{\"name\": \"glyphs\", \"version\": 3}");
    }

    private int register(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "register",
                sample.description().toString(),
                "--calibration",
                sample.calibration().toString(),
                "--validation",
                sample.validation().toString()));
        arguments.addAll(List.of(more));
        return controlPlane.run(arguments.toArray(String[]::new));
    }

    @Test
    void sendsTheFilesAndTheOptions() {
        assertThat(register("--method", "static", "--exclude", "op:Softmax", "--max-loss-points", "1.5"))
                .isZero();

        assertThat(controlPlane.screen()).contains("glyphs v3", "/models/glyphs/versions/3");
        assertThat(controlPlane.asked())
                .singleElement()
                .asString()
                .contains("name=\"onnx\"", "name=\"calibration\"", "name=\"maxLossPoints\"", "1.5")
                .contains("name=\"options\"", "\"method\":\"static\"", "\"excluded\":[\"op:Softmax\"]");
    }

    @Test
    void refusesAWrongNameBeforeAnythingIsSent() {
        assertThat(register("--techniques", "wishful-thinking")).isEqualTo(2);

        assertThat(controlPlane.errors()).contains("--techniques", "wishful-thinking", "bias-correction");
        assertThat(controlPlane.asked()).isEmpty();
    }

    @Test
    void refusesTheBudgetOfAnotherTaskBeforeAnythingIsSent() throws IOException {
        Path model = RandomLlama.write(folder, "tiny", new LlamaShape(16, 8, 1, 1, 1, 8, 4), 1);
        assertThat(controlPlane.run(
                        "register",
                        model.toString(),
                        "--calibration",
                        model.toString(),
                        "--validation",
                        model.toString(),
                        "--max-loss-points",
                        "1"))
                .isEqualTo(1);

        assertThat(controlPlane.errors())
                .contains("tiny is a language model: its budget is a rise of perplexity, not a loss of points");
        assertThat(controlPlane.asked()).isEmpty();
    }

    @Test
    void sendsTheBudgetOfALanguageModelAmongItsOptions() throws IOException {
        Path model = RandomLlama.write(folder, "tiny", new LlamaShape(16, 8, 1, 1, 1, 8, 4), 1);
        controlPlane.run(
                "register",
                model.toString(),
                "--calibration",
                model.toString(),
                "--validation",
                model.toString(),
                "--max-perplexity-increase",
                "1.5",
                "--max-divergence",
                "0.01");

        assertThat(controlPlane.asked())
                .singleElement()
                .asString()
                .contains("\"maxPerplexityIncrease\":1.5", "\"maxDivergence\":0.01")
                .doesNotContain("maxLossPoints");
    }
}
