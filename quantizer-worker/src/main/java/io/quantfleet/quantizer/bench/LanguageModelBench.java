package io.quantfleet.quantizer.bench;

import io.quantfleet.quantizer.ModelFiles;
import io.quantfleet.quantizer.QuantizationOptions;
import io.quantfleet.quantizer.QuantizationOptions.Method;
import io.quantfleet.quantizer.QuantizationRequest;
import io.quantfleet.quantizer.QuantizedVariant;
import io.quantfleet.quantizer.Quantizer;
import io.quantfleet.quantizer.evaluate.LatencyPlan;
import io.quantfleet.quantizer.evaluate.Likelihood;
import io.quantfleet.quantizer.form.BlockSizes;
import io.quantfleet.quantizer.form.WeightBlocks;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.sample.ByteText;
import io.quantfleet.quantizer.sample.LlamaShape;
import io.quantfleet.quantizer.sample.RandomLlama;
import io.quantfleet.quantizer.sample.TokenArchive;
import io.quantfleet.quantizer.target.ProfileReader;
import io.quantfleet.quantizer.train.LanguageModelTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * A small language model of LLaMA's architecture that learns the bytes of some text, and what 4-bit weights make of it by each
 * method. For use by one thread.
 */
public final class LanguageModelBench {
    /** Four blocks, eight heads of which two share keys and values: three million weights. */
    public static final LlamaShape SHAPE = new LlamaShape(ByteText.VOCABULARY, 256, 4, 8, 4, 704, 128);

    private static final String NAME = "bytes";
    private static final int CALIBRATION = 128;
    private static final int VALIDATION = 400;
    private static final LatencyPlan LATENCY = new LatencyPlan(3, 20, 20, Duration.ofSeconds(5));
    private static final float PEAK_RATE = 1.5e-3f;

    private final Path directory;
    private final int threads;

    /**
     * What a method makes of the model.
     *
     * @param method its name
     * @param likelihood of the validation samples
     * @param agreement the fraction of places where FP32's first choice is the variant's
     * @param matrices what the quantized matrices take
     * @param seconds how long it took to make
     */
    public record Variant(
            String method, Likelihood likelihood, double agreement, BlockSizes matrices, double seconds) {}

    /** @param directory where the model is, or will be */
    public LanguageModelBench(Path directory, int threads) {
        this.directory = directory;
        this.threads = threads;
    }

    /** Whether the model is there. */
    public boolean trained() {
        return Files.exists(directory.resolve(NAME + ".onnx"));
    }

    /**
     * Trains the model and writes it, its description, and the samples for calibration and validation.
     *
     * @param text what it learns
     * @param batch samples in a batch
     * @throws IOException if a file can't be written
     */
    public void train(ByteText text, int steps, int batch, long seed, LanguageModelTraining.Listener listener)
            throws IOException {
        Files.createDirectories(directory);
        Random random = new Random(seed);
        OnnxModel trained = new LanguageModelTraining(
                        new LanguageModelTraining.Settings(steps, batch, PEAK_RATE, threads), listener)
                .train(
                        RandomLlama.inMemory(SHAPE, seed),
                        RandomLlama.INPUT,
                        RandomLlama.OUTPUT,
                        () -> text.training(random));
        TokenArchive.write(calibration(), SHAPE.context(), text.calibration(CALIBRATION));
        TokenArchive.write(validation(), SHAPE.context(), text.validation(VALIDATION));
        Files.writeString(description(), RandomLlama.description(NAME, SHAPE));
        // Last: what makes the model complete.
        trained.write(directory.resolve(NAME + ".onnx"));
    }

    private Path description() {
        return directory.resolve(NAME + ".model.yaml");
    }

    private Path calibration() {
        return directory.resolve("calibration.npz");
    }

    private Path validation() {
        return directory.resolve("validation.npz");
    }

    /**
     * Makes a variant with 4-bit weights in blocks of 32 and judges it.
     *
     * @param accuracyLevel what ONNX Runtime may compute with: 1 FP32, 4 integers of 8 bits
     */
    public Variant variant(Method method, int accuracyLevel) {
        WeightBlocks usual = WeightBlocks.usual();
        long start = System.nanoTime();
        QuantizedVariant variant = Quantizer.builder()
                .threads(threads)
                .latency(LATENCY)
                .build()
                .quantize(
                        new QuantizationRequest(
                                new ModelFiles(description(), calibration(), validation()),
                                List.of(new ProfileReader().builtIn("rpi-cpu")),
                                QuantizationOptions.builder()
                                        .method(method)
                                        .weightBlocks(new WeightBlocks(
                                                usual.size(), usual.symmetric(), accuracyLevel, usual.encoding()))
                                        .build(),
                                directory.resolve(method.wireName())),
                        progress -> {})
                .variants()
                .get(0);
        return new Variant(
                method.wireName(),
                variant.report().evaluation().accuracy().likelihood().orElseThrow(),
                variant.report().evaluation().accuracy().agreement(),
                BlockSizes.of(OnnxModel.readAnyForm(variant.file())),
                (System.nanoTime() - start) / 1e9);
    }
}
