package io.quantfleet.quantizer.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.onnx.GaussianSamples;
import io.quantfleet.quantizer.onnx.LargeModel;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.report.PeakMemory;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

class StreamedWeightOnlyTest {
    private static final int WIDTH = 96;
    private static final int LAYERS = 3;
    private static final WeightOnlyOptions OPTIONS = WeightOnlyOptions.ofBits(4);

    @TempDir
    private Path folder = Path.of("");

    private Path model = Path.of("");

    @BeforeEach
    void writeModel() throws IOException {
        model = folder.resolve("large.onnx");
        LargeModel.write(model, WIDTH, LAYERS);
    }

    private static float[] run(Path file, GaussianSamples samples) {
        try (OnnxSession session = OnnxSession.open(file, RuntimeOptions.threads(1))) {
            Batch batch = session.newBatch(samples.size());
            batch.fill(samples, 0, samples.size());
            batch.run(samples.size());
            return batch.output("t" + LAYERS).floats();
        }
    }

    @Test
    void givesWhatTheFormInMemoryGives() {
        GaussianSamples samples = new GaussianSamples(4, WIDTH);
        Path target = folder.resolve("small.onnx");
        List<Double> progress = new ArrayList<>();
        StreamedVariant variant = WeightOnly.quantize(model, target, OPTIONS, progress::add);
        PreparedModel prepared = PreparedModel.of(OnnxModel.read(model), samples, Map.of(), false);
        float[] expected = FormRun.run(WeightOnly.quantize(prepared, OPTIONS).model(), samples);
        assertThat(run(target, samples)).isEqualTo(expected);
        assertThat(variant.quantizedNodes()).hasSize(LAYERS);
        assertThat(variant.method()).isEqualTo("weight-only-int4-b32");
        // A third of what it was, although data begins at every 4,096 bytes.
        assertThat(variant.bytes()).isLessThan(OnnxModel.read(model).bytes() / 3);
        assertThat(progress).isSorted().endsWith(1.0);
    }

    @Test
    void copiesWhatItDoesNotQuantize() throws IOException {
        GaussianSamples samples = new GaussianSamples(4, WIDTH);
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere")).resolve("large.onnx");
        WeightOnlyOptions options = new WeightOnlyOptions(
                8, new WeightBlocks(128, false, 1, Optional.empty()), Set.of("MatMul_0", "MatMul_4"));
        StreamedVariant variant = WeightOnly.quantize(model, elsewhere, options, ProgressListener.NONE);
        assertThat(variant.leftFloat()).hasSize(2);
        assertThat(FormRun.decibels(run(model, samples), run(elsewhere, samples)))
                .isGreaterThan(40);
        try (Stream<Path> files = Files.list(elsewhere.resolveSibling(""))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("large.onnx", "large.onnx.data");
        }
    }

    @Test
    void maySupersedeItsOwnModel() {
        GaussianSamples samples = new GaussianSamples(4, WIDTH);
        WeightOnly.quantize(model, model, OPTIONS, ProgressListener.NONE);
        assertThat(run(model, samples)).isNotEmpty();
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> WeightOnly.quantize(model, model, OPTIONS, ProgressListener.NONE))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.MODEL_ALREADY_QUANTIZED));
    }

    @Test
    void leavesNothingBehindWhenItIsCancelled() throws IOException {
        ProgressListener impatient = fraction -> {
            throw new QuantizerException(ReasonCode.CANCELLED, "enough");
        };
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(() -> WeightOnly.quantize(model, folder.resolve("new.onnx"), OPTIONS, impatient))
                .withMessage("enough");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void refusesDataThatIsCutOff() {
        Path weights = folder.resolve("large.onnx.weights");
        try (FileChannel channel = FileChannel.open(weights, StandardOpenOption.WRITE)) {
            channel.truncate(1000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThatExceptionOfType(QuantizerException.class)
                .isThrownBy(
                        () -> WeightOnly.quantize(model, folder.resolve("new.onnx"), OPTIONS, ProgressListener.NONE))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ReasonCode.MODEL_MALFORMED));
    }

    /** With {@code QUANTFLEET_LARGE=true} only: takes a few minutes and 4 GB of disk. */
    @Test
    @EnabledIfEnvironmentVariable(named = "QUANTFLEET_LARGE", matches = "true")
    void aModelOfThreeGigabytesTakesHalfOfThemInMemory() throws Exception {
        Path large = folder.resolve("three-gigabytes.onnx");
        LargeModel.write(large, 4096, 45);
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Quantize.class.getName(),
                        large.toString(),
                        folder.resolve("int4.onnx").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).isZero();
        assertThat(Long.parseLong(output.lines().reduce((a, b) -> b).orElseThrow()))
                .isLessThan(1500);
    }

    /** In a process of its own, whose peak of resident memory it prints in MiB. */
    static final class Quantize {
        private Quantize() {}

        public static void main(String[] arguments) {
            WeightOnly.quantize(Path.of(arguments[0]), Path.of(arguments[1]), OPTIONS, ProgressListener.NONE);
            System.out.println((long) PeakMemory.mebibytes().orElse(Double.MAX_VALUE));
        }
    }
}
