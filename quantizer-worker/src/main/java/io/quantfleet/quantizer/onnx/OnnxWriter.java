package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes a model so that its file is either whole or not there. */
final class OnnxWriter {
    private OnnxWriter() {}

    static void write(ModelProto model, Path file) {
        try {
            Path directory = file.toAbsolutePath().resolveSibling("");
            // Not a temporary file by Java's own means: that one only its owner could read.
            Path beside = directory.resolve(".writing-" + UUID.randomUUID() + ".onnx");
            try {
                writeDurably(model, beside);
                Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            throw new QuantizerException(
                    ReasonCode.STORAGE_FAILED, "the model can't be written to " + file + ": " + e.getMessage(), e);
        }
    }

    private static void writeDurably(ModelProto model, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                OutputStream output = Channels.newOutputStream(channel)) {
            model.writeTo(output);
            channel.force(true);
        }
    }
}
