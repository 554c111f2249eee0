package io.quantfleet.cli.client;

import java.nio.file.Path;
import java.util.List;

/**
 * The files that a model version is registered with.
 *
 * @param description the {@code .model.yaml}
 * @param onnx the graph
 * @param externalData the files in which the graph keeps large tensors
 * @param calibration a {@code .zip} or {@code .npz}
 * @param validation a {@code .zip} or {@code .npz}
 */
public record ModelUpload(Path description, Path onnx, List<Path> externalData, Path calibration, Path validation) {
    public ModelUpload {
        externalData = List.copyOf(externalData);
    }
}
