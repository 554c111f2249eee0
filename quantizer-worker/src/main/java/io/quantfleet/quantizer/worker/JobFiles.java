package io.quantfleet.quantizer.worker;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A job's files on this machine. All but {@code output} are shared with the object store: they are read, never written.
 *
 * @param description the model's description, beside the model
 * @param onnx the model, beside its external data
 * @param calibration a {@code .zip} or {@code .npz}
 * @param validation a {@code .zip} or {@code .npz}
 * @param training the same; empty where there is nothing to train with
 * @param output an empty directory that lasts as long as the job
 */
record JobFiles(Path description, Path onnx, Path calibration, Path validation, Optional<Path> training, Path output) {}
