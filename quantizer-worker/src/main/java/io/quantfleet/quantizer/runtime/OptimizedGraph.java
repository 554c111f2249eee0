package io.quantfleet.quantizer.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** What ONNX Runtime makes of a model before it runs it. */
public final class OptimizedGraph {
    private OptimizedGraph() {}

    /**
     * Loads a model and gives it back as ONNX Runtime rewrote it: for this version of it, and this kind of processor.
     *
     * @param model a serialized model, a direct buffer
     * @throws QuantizerException if ONNX Runtime refuses the model, or the disk has no room for it
     */
    public static ModelProto of(ByteBuffer model, RuntimeOptions options) {
        try {
            Path file = Files.createTempFile("optimized-", ".onnx");
            try {
                OnnxSession.open(model, options.withOptimizedModel(file)).close();
                try (InputStream stream = Files.newInputStream(file)) {
                    return ModelProto.parseFrom(stream);
                }
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new QuantizerException(
                    ReasonCode.STORAGE_FAILED, "the optimized graph can't be kept for a moment: " + e.getMessage(), e);
        }
    }
}
