package io.quantfleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.quantizer.sample.SampleModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class QuantizeCommandTest {
    @TempDir
    Path folder;

    private final StringWriter screen = new StringWriter();
    private final StringWriter errors = new StringWriter();
    private SampleModel sample;
    private Path out;

    @BeforeEach
    void sampleModel() throws IOException {
        sample = SampleModel.extractInto(folder.resolve("sample"));
        out = folder.resolve("out");
    }

    private int quantize(Path calibration, Path validation, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "quantize",
                sample.description().toString(),
                "--calibration",
                calibration.toString(),
                "--validation",
                validation.toString(),
                "--out",
                out.toString()));
        arguments.addAll(List.of(more));
        CommandLine command = QuantfleetMain.commandLine()
                .setOut(new PrintWriter(screen, true))
                .setErr(new PrintWriter(errors, true));
        return command.execute(arguments.toArray(String[]::new));
    }

    @Test
    void makesAVariantForEachDeviceClassAndReportsIt() throws IOException {
        Path json = folder.resolve("report.json");

        int code = quantize(
                sample.calibration(),
                sample.validation(),
                "--device-class",
                "rpi-cpu,gpu",
                "--json",
                json.toString(),
                "--max-loss-points",
                "1");

        assertThat(errors.toString()).isEmpty();
        assertThat(code).isZero();
        assertThat(screen.toString())
                .contains(
                        "FP32",
                        "rpi-cpu",
                        "gpu",
                        "READY",
                        out.resolve("glyphs.gpu.onnx").toString());
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.get("model").asText()).isEqualTo("glyphs");
        assertThat(report.get("fp32Bytes").asLong()).isEqualTo(Files.size(sample.onnx()));
        for (JsonNode variant : report.get("variants")) {
            assertThat(variant.get("verdict").asText()).isEqualTo("READY");
            assertThat(out.resolve(variant.get("file").asText()))
                    .hasSize(variant.get("bytes").asLong());
            assertThat(variant.at("/accuracy/variant").asDouble())
                    .isGreaterThan(variant.at("/accuracy/fp32").asDouble() - 0.01);
            assertThat(variant.at("/latencyMs/variant/p50").asDouble()).isPositive();
        }
    }

    @Test
    void saysByItsExitCodeThatAVariantIsRejected() throws IOException {
        // Ranges found on a picture without contents clip everything else.
        Path blank = folder.resolve("blank/arrow/0.png");
        Files.createDirectories(blank.getParent());
        ImageIO.write(new BufferedImage(48, 48, BufferedImage.TYPE_INT_RGB), "png", blank.toFile());

        int code = quantize(
                folder.resolve("blank"), sample.calibration(), "--device-class", "rpi-cpu", "--method", "static");

        assertThat(errors.toString()).isEmpty();
        assertThat(code).isEqualTo(3);
        assertThat(screen.toString()).contains("REJECTED", "rpi-cpu: accuracy falls by ", "the budget is 0.50 points");
        assertThat(out.resolve("glyphs.rpi-cpu.onnx")).exists();
    }

    @Test
    void takesAProfileOfTheUsersOwn() throws IOException {
        Path profile = Files.writeString(folder.resolve("mine.yaml"), "name: mine\n");

        int code = quantize(sample.calibration(), sample.validation(), "--device-class", profile.toString());

        assertThat(code).isEqualTo(2);
        assertThat(errors.toString()).contains(profile + ": ", "weights: is missing");
    }

    @Test
    void namesTheDeviceClassesThatThereAre() {
        int code = quantize(sample.calibration(), sample.validation(), "--device-class", "toaster");

        assertThat(code).isEqualTo(2);
        assertThat(errors.toString())
                .contains("there is no device class and no profile 'toaster'; built in are rpi-cpu, phone-npu, gpu");
    }

    @Test
    void saysWhatIsWrongInOneLineAndLeavesNothing() throws IOException {
        int code = quantize(folder.resolve("none.zip"), sample.validation(), "--device-class", "rpi-cpu");

        assertThat(code).isEqualTo(1);
        assertThat(errors.toString().strip())
                .isEqualTo(
                        "quantfleet: " + folder.resolve("none.zip") + ": there is no such data set (ARTIFACT_MISSING)");
        assertThat(out).doesNotExist();
    }

    @Test
    void findsOutBeforeTheWorkThatTheReportCanNotBeWritten() throws IOException {
        int code = quantize(
                sample.calibration(),
                sample.validation(),
                "--device-class",
                "rpi-cpu",
                "--json",
                folder.resolve("missing/report.json").toString());

        assertThat(code).isEqualTo(1);
        assertThat(errors.toString()).contains("can't write --json ");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(sample.description().getParent());
        }
    }

    @Test
    void documentsItsExitCodes() {
        QuantfleetMain.commandLine().setOut(new PrintWriter(screen, true)).execute("quantize", "--help");

        assertThat(screen.toString())
                .contains(
                        "Exit codes:", "3   the variants are written, but at least one is REJECTED", "--device-class");
    }

    @Test
    void makesFormsThatNeedNoCalibration() throws IOException {
        for (String method : List.of("dynamic", "weight-only-int8", "weight-only-int4", "fp16-storage")) {
            Path json = folder.resolve(method + ".json");
            int code = quantize(
                    sample.calibration(),
                    sample.validation(),
                    "--device-class",
                    "rpi-cpu",
                    "--method",
                    method,
                    "--max-loss-points",
                    "5",
                    "--json",
                    json.toString());
            assertThat(errors.toString()).doesNotContain("quantfleet:");
            assertThat(code).as(method).isZero();
            JsonNode variant =
                    new ObjectMapper().readTree(json.toFile()).get("variants").get(0);
            assertThat(variant.get("method").asText()).startsWith(method);
            assertThat(variant.get("bytes").asLong()).isLessThan(Files.size(sample.onnx()));
        }
    }

    @Test
    void refusesFormsThatADeviceClassCannotRun() {
        int code = quantize(
                sample.calibration(), sample.validation(), "--device-class", "phone-npu", "--method", "dynamic");
        assertThat(code).isOne();
        assertThat(errors.toString()).contains("phone-npu", "forms static-int8", "integers only");
        assertThat(out).doesNotExist();
    }

    private int quantizeWithoutData(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "quantize", sample.description().toString(), "--device-class", "rpi-cpu", "--out", out.toString()));
        arguments.addAll(List.of(more));
        return QuantfleetMain.commandLine()
                .setOut(new PrintWriter(screen, true))
                .setErr(new PrintWriter(errors, true))
                .execute(arguments.toArray(String[]::new));
    }

    @Test
    void quantizesWeightsAloneFromFileToFileWhereThereIsNothingToJudgeBy() throws IOException {
        Path json = folder.resolve("report.json");
        int code = quantizeWithoutData(
                "--method", "weight-only-int4", "--block-size", "16", "--asymmetric-blocks", "--json", json.toString());
        assertThat(errors.toString()).doesNotContain("quantfleet:");
        assertThat(code).isEqualTo(4);
        assertThat(screen.toString())
                .contains("NOT EVALUATED: no --validation was given", "weight-only-int4-b16-asymmetric");
        JsonNode variant =
                new ObjectMapper().readTree(json.toFile()).get("variants").get(0);
        assertThat(variant.get("verdict").asText()).isEqualTo("NOT_EVALUATED");
        assertThat(out.resolve(variant.get("file").asText())).exists();
        assertThat(out.resolve(variant.get("dataFile").asText())).exists();
        assertThat(variant.get("bytes").asLong()).isLessThan(Files.size(sample.onnx()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gptq", "awq"})
    void roundsWithSamplesFromFileToFileWhereThereIsNothingToJudgeBy(String method) throws IOException {
        Path json = folder.resolve("report.json");
        int code = quantizeWithoutData(
                "--method", method, "--calibration", sample.calibration().toString(), "--json", json.toString());
        assertThat(errors.toString()).doesNotContain("quantfleet:");
        assertThat(code).isEqualTo(4);
        JsonNode variant =
                new ObjectMapper().readTree(json.toFile()).get("variants").get(0);
        assertThat(variant.get("method").asText()).isEqualTo(method + "-int4-b32");
        assertThat(variant.get("verdict").asText()).isEqualTo("NOT_EVALUATED");
        assertThat(variant.get("reconstruction").get(0).get("chosenDb").asDouble())
                .isGreaterThan(
                        variant.get("reconstruction").get(0).get("roundedDb").asDouble());
        assertThat(quantizeWithoutData("--method", method)).isEqualTo(2);
        assertThat(errors.toString()).contains("--calibration", "--method " + method + " needs it");
    }

    @Test
    void needsNoCalibrationSamplesWhereItDoesNotCalibrate() {
        int code = quantizeWithoutData(
                "--method",
                "weight-only-int8",
                "--block-encoding",
                "qdq",
                "--validation",
                sample.validation().toString());
        assertThat(errors.toString()).doesNotContain("quantfleet:");
        assertThat(code).isZero();
        assertThat(screen.toString()).contains("READY");
    }

    @Test
    void saysWhichSamplesAreMissing() {
        assertThat(quantizeWithoutData("--validation", sample.validation().toString()))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("--calibration", "--method auto needs it");
        assertThat(quantizeWithoutData("--method", "dynamic")).isEqualTo(2);
        assertThat(errors.toString()).contains("--validation", "--method dynamic needs it");
    }

    @Test
    void refusesOptionsThatMeanNothingToTheMethod() {
        assertThat(quantizeWithoutData("--method", "weight-only-int4", "--techniques", "bias-correction"))
                .isEqualTo(2);
        assertThat(errors.toString())
                .contains("--techniques means nothing to --method weight-only-int4; it is for auto, static");
        assertThat(quantizeWithoutData("--method", "static", "--block-size", "64"))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("--block-size means nothing to --method static");
        assertThat(quantizeWithoutData("--method", "weight-only-int4", "--block-size", "48"))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("a block has 16, 32, 64 or 128 weights, not 48");
        assertThat(quantizeWithoutData("--method", "auto", "--preset", "transformer"))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("--preset means nothing to --method auto; it is for weight-only-int8");
        assertThat(quantizeWithoutData("--method", "gptq", "--preset", "cnn")).isEqualTo(2);
        assertThat(errors.toString()).contains("--preset: 'cnn' is no preset; there is transformer");
    }

    @Test
    void refusesToLetAutoTrainWithNothingToTrainWith() {
        assertThat(quantizeWithoutData("--techniques", "bias-correction,qat")).isEqualTo(2);
        assertThat(errors.toString())
                .contains("--techniques qat: --method auto has nothing to train with", "--train", "--distillation");
    }

    @Test
    void tellsInMinutesHowLongTrainingMayTake() {
        assertThat(quantizeWithoutData("--method", "qat", "--training-minutes", "0"))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("training takes 1 minute to 7 days, not 0 minutes");
    }
}
