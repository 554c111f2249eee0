package io.quantfleet.quantizer;

import java.nio.file.Path;

/**
 * What a user gives of a model. Nothing of it is changed.
 *
 * @param description the YAML file, beside the ONNX file that it names
 * @param calibration samples to find ranges with: a directory, a {@code .zip} or an {@code .npz}
 * @param validation samples to judge by, likewise
 */
public record ModelFiles(Path description, Path calibration, Path validation) {}
