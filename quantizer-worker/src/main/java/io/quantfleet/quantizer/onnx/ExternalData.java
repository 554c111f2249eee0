package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Brings tensors that a model keeps in files beside it into the model. Only files in the model's own directory are
 * read, links included; each must hold all the bytes that its tensors claim. Large tensors stay in their files, which are
 * mapped: memory for them is the system's to take back, and nothing of it is in the heap. They are valid as long as anything
 * refers to them, also after a file was removed or replaced by another; but the file itself must not be written to.
 */
final class ExternalData {
    /** A mapping takes whole pages, and a system allows some ten thousand of them. */
    static final int LEAST_MAPPED = 1 << 20;

    private final Path directory;
    private final long mostBytes;

    ExternalData(Path directory, long mostBytes) {
        this.directory = directory;
        this.mostBytes = mostBytes;
    }

    ModelProto inlined(ModelProto model) throws IOException {
        GraphProto graph = model.getGraph();
        if (graph.getInitializerList().stream().noneMatch(ExternalData::isExternal)) {
            return model;
        }
        long bytes = 0;
        for (TensorProto tensor : graph.getInitializerList()) {
            bytes += isExternal(tensor) ? place(tensor).length() : 0;
        }
        if (bytes > mostBytes) {
            throw OnnxReader.tooLarge("the external data of the model", bytes);
        }
        GraphProto.Builder builder = graph.toBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            if (isExternal(graph.getInitializer(i))) {
                builder.setInitializer(i, inlined(graph.getInitializer(i)));
            }
        }
        return model.toBuilder().setGraph(builder).build();
    }

    static boolean isExternal(TensorProto tensor) {
        return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
    }

    /** The tensor without its data, as ONNX Runtime takes it where it is given the data apart. */
    static TensorProto elsewhere(TensorProto tensor) {
        return isExternal(tensor)
                ? tensor
                : tensor.toBuilder()
                        .clearRawData()
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(StringStringEntryProto.newBuilder()
                                .setKey("location")
                                .setValue("apart"))
                        .build();
    }

    private TensorProto inlined(TensorProto tensor) throws IOException {
        Place place = place(tensor);
        return tensor.toBuilder()
                .clearExternalData()
                .clearDataLocation()
                .setRawData(read(place.file(), place.offset(), Math.toIntExact(place.length())))
                .build();
    }

    /** Where a tensor's data lies: that many bytes of a file from an offset on, all of them there. */
    record Place(Path file, long offset, long length) {}

    /** Where the data of an external tensor lies. */
    Place place(TensorProto tensor) throws IOException {
        Map<String, String> entries = new HashMap<>();
        for (StringStringEntryProto entry : tensor.getExternalDataList()) {
            entries.put(entry.getKey(), entry.getValue());
        }
        Path file = file(tensor, entries.getOrDefault("location", ""));
        int elementBits = Tensors.elementBits(tensor)
                .orElseThrow(() ->
                        Tensors.malformed(tensor, "is of data type " + tensor.getDataType() + ", not supported there"));
        long needed = Tensors.bytes(tensor, elementBits);
        long offset = number(tensor, entries, "offset", 0);
        long length = number(tensor, entries, "length", needed);
        if (length != needed) {
            throw Tensors.malformed(tensor, "needs " + needed + " bytes, but its external data has " + length);
        }
        if (offset > Files.size(file) - length) {
            throw Tensors.malformed(
                    tensor, "ends after byte " + Files.size(file) + ", where " + file.getFileName() + " does");
        }
        return new Place(file, offset, length);
    }

    private static long number(TensorProto tensor, Map<String, String> entries, String key, long otherwise) {
        try {
            long value = entries.containsKey(key) ? Long.parseLong(entries.get(key)) : otherwise;
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw Tensors.malformed(tensor, "has the " + key + " \"" + entries.get(key) + "\" in its external data");
        }
        throw Tensors.malformed(tensor, "has a negative " + key + " in its external data");
    }

    private Path file(TensorProto tensor, String location) throws IOException {
        try {
            Path file = directory.resolve(location).normalize();
            if (location.isEmpty() || !file.startsWith(directory) || !Files.isRegularFile(file)) {
                throw Tensors.malformed(
                        tensor, "is kept in \"" + location + "\", which is not a file beside the model");
            }
            if (!file.toRealPath().startsWith(directory.toRealPath())) {
                throw Tensors.malformed(
                        tensor, "is kept in \"" + location + "\", a link that leaves the model's directory");
            }
            return file;
        } catch (InvalidPathException e) {
            throw Tensors.malformed(tensor, "is kept in \"" + location + "\", which is no file name");
        }
    }

    private static ByteString read(Path file, long offset, int length) throws IOException {
        try (FileChannel channel = FileChannel.open(file);
                InputStream stream = Channels.newInputStream(channel.position(offset))) {
            if (length >= LEAST_MAPPED) {
                return UnsafeByteOperations.unsafeWrap(channel.map(FileChannel.MapMode.READ_ONLY, offset, length));
            }
            ByteString.Output output = ByteString.newOutput(length);
            byte[] chunk = new byte[1 << 16];
            int left = length;
            while (left > 0) {
                int count = stream.read(chunk, 0, Math.min(chunk.length, left));
                if (count < 0) {
                    throw new IOException(file + " became shorter while it was read");
                }
                output.write(chunk, 0, count);
                left -= count;
            }
            return output.toByteString();
        }
    }
}
