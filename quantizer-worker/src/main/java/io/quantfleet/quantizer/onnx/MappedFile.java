package io.quantfleet.quantizer.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Bytes of files where they lie. They are valid as long as anything refers to them, also after the file was removed or
 * replaced by another; but the file itself must not be written to.
 */
final class MappedFile {
    private MappedFile() {}

    /** Some of a file's bytes, which must be there. */
    static ByteString part(Path file, long offset, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return UnsafeByteOperations.unsafeWrap(channel.map(FileChannel.MapMode.READ_ONLY, offset, length));
        }
    }
}
