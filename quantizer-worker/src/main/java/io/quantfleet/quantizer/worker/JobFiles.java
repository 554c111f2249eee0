package io.quantfleet.quantizer.worker;

import java.nio.file.Path;

/**
 * A job's files on this machine. All but {@code output} are shared with the object store: they are read, never written.
 *
 * @param description the model's description, beside the model
 * @param onnx the model, beside its external data
 * @param calibration a {@code .zip} or {@code .npz}
 * @param validation a {@code .zip} or {@code .npz}
 * @param output an empty directory that lasts as long as the job
 */
record JobFiles(Path description, Path onnx, Path calibration, Path validation, Path output) {}
