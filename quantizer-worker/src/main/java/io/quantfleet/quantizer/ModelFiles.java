package io.quantfleet.quantizer;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.dataset.ModelDescription;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a user gives of a model. Nothing of it is changed.
 *
 * @param description the YAML file, beside the ONNX file that it names
 * @param calibration samples to find ranges with: a directory, a {@code .zip} or an {@code .npz}
 * @param validation samples to judge by, likewise
 * @param training samples to train with, likewise; their labels may be missing
 */
public record ModelFiles(Path description, Path calibration, Path validation, Optional<Path> training) {

    /** Without samples to train with. */
    public ModelFiles(Path description, Path calibration, Path validation) {
        this(description, calibration, validation, Optional.empty());
    }

    /**
     * The ONNX file that a description names.
     *
     * @throws QuantizerException {@code ARTIFACT_MISSING} if it is not beside the description
     */
    static Path onnxBeside(Path file, ModelDescription description) {
        Path onnx = file.resolveSibling(description.onnx());
        if (!Files.isRegularFile(onnx)) {
            throw new QuantizerException(
                    ReasonCode.ARTIFACT_MISSING,
                    "there is no " + onnx + ", which " + file.getFileName() + " names; put it beside the description");
        }
        return onnx;
    }
}
