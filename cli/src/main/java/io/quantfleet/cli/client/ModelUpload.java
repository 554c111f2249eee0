package io.quantfleet.cli.client;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files that a model version is registered with.
 *
 * @param description the {@code .model.yaml}
 * @param onnx the graph
 * @param externalData the files in which the graph keeps large tensors
 * @param calibration a {@code .zip} or {@code .npz}
 * @param validation a {@code .zip} or {@code .npz}
 * @param training a {@code .zip} or {@code .npz} to train with, if there is one
 * @param fields what is sent beside the files: {@code maxLossPoints} and {@code options}
 */
public record ModelUpload(
        Path description,
        Path onnx,
        List<Path> externalData,
        Path calibration,
        Path validation,
        Optional<Path> training,
        Map<String, String> fields) {
    public ModelUpload {
        externalData = List.copyOf(externalData);
        fields = Map.copyOf(fields);
    }

    /** Files alone; how to quantize is left to the control plane and its workers. */
    public static ModelUpload of(
            Path description, Path onnx, List<Path> externalData, Path calibration, Path validation) {
        return new ModelUpload(description, onnx, externalData, calibration, validation, Optional.empty(), Map.of());
    }
}
