package io.quantfleet.quantizer.sample;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The files of the sample model "glyphs", extracted from the program.
 *
 * @param description the model description
 * @param onnx the FP32 model that the description names
 * @param calibration images for calibration, a zip of one folder per label
 * @param validation other images for validation, likewise
 */
public record SampleModel(Path description, Path onnx, Path calibration, Path validation) {
    /** The model's name, as in its description. */
    public static final String NAME = "glyphs";

    private static final String RESOURCES = "/samples/" + NAME + "/";

    /**
     * Writes the files into {@code directory}, made if it isn't there. Each file appears whole or not at all, and replaces
     * one of the same name, so several programs may extract into one directory at once.
     *
     * @throws IOException if the directory can't be written
     */
    public static SampleModel extractInto(Path directory) throws IOException {
        Files.createDirectories(directory);
        return new SampleModel(
                extract(NAME + ".model.yaml", directory),
                extract(NAME + ".onnx", directory),
                extract(NAME + "-calibration.zip", directory),
                extract(NAME + "-validation.zip", directory));
    }

    private static Path extract(String file, Path directory) throws IOException {
        Path beside = Files.createTempFile(directory, file, ".part");
        try (InputStream resource = SampleModel.class.getResourceAsStream(RESOURCES + file)) {
            if (resource == null) {
                throw new FileNotFoundException("the program lacks its resource " + RESOURCES + file);
            }
            Files.copy(resource, beside, StandardCopyOption.REPLACE_EXISTING);
            return Files.move(
                    beside,
                    directory.resolve(file),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }
}
