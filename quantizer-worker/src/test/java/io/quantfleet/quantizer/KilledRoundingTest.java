package io.quantfleet.quantizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.sample.LlamaShape;
import io.quantfleet.quantizer.sample.RandomLlama;
import io.quantfleet.quantizer.sample.TokenArchive;
import io.quantfleet.quantizer.target.ProfileReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process that goes from file to file is killed (SIGKILL), and another one does the work. */
class KilledRoundingTest {
    private static final LlamaShape SHAPE = new LlamaShape(64, 64, 4, 4, 2, 96, 12);
    private static final String VARIANT = "llama.rpi-cpu.onnx";

    @TempDir
    private Path folder = Path.of("");

    /** Quantizes until a part of the work is done, says so, and waits to be killed. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            double at = Double.parseDouble(arguments[2]);
            quantize(Path.of(arguments[0]), Path.of(arguments[1]), Method.valueOf(arguments[3]), progress -> {
                if (progress.step() == QuantizationProgress.Step.QUANTIZE && progress.fraction() > at) {
                    System.out.println("reached");
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
        }
    }

    private static FileToFileResult.Variant quantize(
            Path model, Path output, Method method, QuantizationListener listener) {
        return FileToFileQuantizer.quantize(
                        model.resolve("llama.model.yaml"),
                        Optional.of(model.resolve("tokens.npz")),
                        List.of(new ProfileReader().builtIn("rpi-cpu")),
                        QuantizationOptions.builder().method(method).build(),
                        1,
                        output,
                        listener)
                .variants()
                .get(0);
    }

    /** The first half of AWQ's progress is the walk that finds the factors, the second half the one that rounds. */
    @ParameterizedTest
    @CsvSource({"AWQ, 0.3", "AWQ, 0.8", "GPTQ, 0.6"})
    @Timeout(300)
    void theNextProcessRemovesWhatWasLeftAndMakesTheSameVariant(Method method, double at) throws Exception {
        Path model = folder.resolve("model");
        RandomLlama.write(model, "llama", SHAPE, 1);
        TokenArchive.write(
                model.resolve("tokens.npz"),
                SHAPE.context(),
                new Random(2).ints(20L * SHAPE.context(), 0, SHAPE.vocabulary()).toArray());
        Path output = folder.resolve("output");
        kill(model, output, at, method);
        assertThat(names(output)).as("what the killed process left").anyMatch(name -> name.startsWith(".quantfleet-"));

        FileToFileResult.Variant variant = quantize(model, output, method, progress -> {});

        assertThat(names(output)).containsExactlyInAnyOrder(VARIANT, VARIANT + ".data");
        FileToFileResult.Variant undisturbed = quantize(model, folder.resolve("undisturbed"), method, progress -> {});
        assertThat(variant.sha256()).isEqualTo(undisturbed.sha256());
        assertThat(variant.dataSha256()).isEqualTo(undisturbed.dataSha256());
    }

    private static void kill(Path model, Path output, double at, Method method) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        model.toString(),
                        output.toString(),
                        Double.toString(at),
                        method.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(lines.readLine()).isEqualTo("reached");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
