package io.quantfleet.sample;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes every file of the sample model: {@code SampleMain OUTPUT-DIRECTORY PREVIEW.jpg TRAINING-IMAGES EPOCHS}. */
public final class SampleMain {
    private static final int SEED = 20260101;
    private static final int CALIBRATION_IMAGES = 320;
    private static final int VALIDATION_IMAGES = 1008;

    private SampleMain() {}

    /** Draws, trains, exports and checks; throws, and so exits with 1, when anything is not as it should be. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        int images = Integer.parseInt(arguments[2]);
        int epochs = Integer.parseInt(arguments[3]);
        PrintStream log = System.out;
        Files.createDirectories(directory);

        GlyphImages validation = new GlyphImages(SEED + 2);
        SampleFiles.writeArchive(new GlyphImages(SEED + 1), CALIBRATION_IMAGES, directory.resolve("glyphs-calibration.zip"));
        SampleFiles.writeArchive(validation, VALIDATION_IMAGES, directory.resolve("glyphs-validation.zip"));
        SampleFiles.writeDescription(directory.resolve("glyphs.model.yaml"));
        ContactSheet.write(validation, Path.of(arguments[1]));
        log.println("drawn; training on " + images + " images");

        try (GlyphTraining training = new GlyphTraining(SEED, epochs, log)) {
            training.train(new GlyphImages(SEED), images);
            Path onnx = directory.resolve("glyphs.onnx");
            Files.write(onnx, OnnxExport.export(training.network()).toByteArray());
            byte[] pixels = validation.pixels(0, VALIDATION_IMAGES);
            ExportCheck check = ExportCheck.of(onnx, pixels, training.logits(pixels, VALIDATION_IMAGES));
            log.printf(
                    "%s: %d bytes, accuracy %.2f %% on %d images, differs from PyTorch by at most %.1e%n",
                    onnx.getFileName(),
                    Files.size(onnx),
                    100 * check.accuracy(),
                    VALIDATION_IMAGES,
                    check.greatestDifference());
        }
    }
}
