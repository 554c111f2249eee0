package io.quantfleet.quantizer.onnx;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What ONNX Runtime makes of a model before it runs it. */
public final class OptimizedModel {
    private OptimizedModel() {}

    /**
     * Loads a model and gives it back as ONNX Runtime rewrote it: for this version of it, and this kind of processor.
     *
     * @throws QuantizerException if ONNX Runtime refuses the model, or the disk has no room for it
     */
    public static OnnxModel of(OnnxModel model, RuntimeOptions options) {
        try {
            Path file = Files.createTempFile("optimized-", ".onnx");
            try {
                OnnxSession.open(model.serialized(), options.withOptimizedModel(file))
                        .close();
                return OnnxModel.readAnyForm(file);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new QuantizerException(
                    ReasonCode.STORAGE_FAILED, "the optimized graph can't be kept for a moment: " + e.getMessage(), e);
        }
    }
}
