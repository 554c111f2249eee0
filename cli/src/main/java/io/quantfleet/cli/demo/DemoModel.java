package io.quantfleet.cli.demo;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.ExternalDataFiles;
import io.quantfleet.cli.client.ModelUpload;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.sample.SampleModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The model that the demo tells its story with.
 *
 * @param name as in its description
 * @param upload its files
 */
record DemoModel(String name, ModelUpload upload) {
    /** The project's own sample model, extracted into {@code directory}. */
    static DemoModel sample(Path directory) {
        try {
            SampleModel sample = SampleModel.extractInto(directory);
            return of(sample.description(), sample.calibration(), sample.validation(), directory);
        } catch (IOException e) {
            throw new CliException("can't write the sample model to " + directory + ": " + e.getMessage(), e);
        }
    }

    /**
     * A model of the user's. Data sets that are directories are packed into {@code scratch}.
     *
     * @throws CliException if a file is missing
     * @throws io.quantfleet.quantizer.QuantizerException if the description is wrong
     */
    static DemoModel of(Path description, Path calibration, Path validation, Path scratch) {
        Path yaml = requireExists("--model", description);
        ModelDescription read = ModelDescription.read(yaml);
        Path onnx = requireExists("the ONNX file of " + yaml.getFileName(), yaml.resolveSibling(read.onnx()));
        return new DemoModel(
                read.name(),
                ModelUpload.of(
                        yaml,
                        onnx,
                        ExternalDataFiles.of(onnx),
                        DataSetArchive.of(requireExists("--calibration", calibration), scratch, "calibration"),
                        DataSetArchive.of(requireExists("--validation", validation), scratch, "validation")));
    }

    private static Path requireExists(String what, Path path) {
        if (!Files.exists(path)) {
            throw new CliException(what + ": there is no " + path);
        }
        return path.toAbsolutePath();
    }
}
