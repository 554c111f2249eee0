package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Writes a model whose tensors go into a file beside it, {@code NAME.onnx.data}, one after another. Both files are whole
 * or not there. For use by one thread.
 */
public final class StreamedOutput implements AutoCloseable {
    /** Smaller tensors stay in the model, where runtimes look for parameters of operators. */
    private static final int LEAST_EXTERNAL = 1024;
    /** What file systems map at. */
    private static final int ALIGNMENT = 4096;

    private final StreamedModel source;
    private final Path file;
    private final Path data;
    private final Path beside;
    private final FileChannel channel;
    private final Set<String> stored = new HashSet<>();

    /**
     * Begins to write.
     *
     * @param source what the written model is made from
     * @param file where the model goes
     * @throws QuantizerException if nothing can be written there
     */
    public StreamedOutput(StreamedModel source, Path file) {
        this.source = source;
        this.file = file.toAbsolutePath();
        this.data = this.file.resolveSibling(this.file.getFileName() + ".data");
        this.beside = this.file.resolveSibling(".writing-" + UUID.randomUUID() + ".data");
        try {
            this.channel = FileChannel.open(
                    beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Writes a new tensor's data, in little-endian order, and gives the tensor that refers to it. */
    public TensorProto store(String name, TensorProto.DataType type, List<Long> dimensions, ByteBuffer bytes) {
        if (bytes.remaining() < LEAST_EXTERNAL) {
            return Tensors.ofBytes(name, type, dimensions, ByteString.copyFrom(bytes));
        }
        try {
            long offset = aligned();
            long length = bytes.remaining();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            TensorProto.Builder tensor = TensorProto.newBuilder()
                    .setName(name)
                    .setDataType(type.getNumber())
                    .addAllDims(dimensions);
            stored.add(name);
            return external(tensor, offset, length);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Whether a tensor of the graph is one that was written here, apart from the model. */
    boolean has(TensorProto tensor) {
        return stored.contains(tensor.getName());
    }

    /** Reads a tensor's data back. */
    void read(TensorProto tensor, ByteBuffer target) throws IOException {
        long offset = tensor.getExternalDataList().stream()
                .filter(entry -> entry.getKey().equals("offset"))
                .mapToLong(entry -> Long.parseLong(entry.getValue()))
                .findFirst()
                .orElseThrow();
        for (long next = offset; target.hasRemaining(); ) {
            int count = channel.read(target, next);
            if (count < 0) {
                throw new IOException("what was written became shorter");
            }
            next += count;
        }
    }

    /**
     * Copies what the graph still has of the source's external data, and writes the model.
     *
     * @param opset the version of ONNX's own operator set that the graph is of
     * @return bytes of both files
     * @throws QuantizerException if they can't be written
     */
    public long finish(Graph graph, int opset) {
        try {
            for (TensorProto tensor : List.copyOf(graph.initializers())) {
                if (ExternalData.isExternal(tensor) && !stored.contains(tensor.getName())) {
                    long offset = aligned();
                    source.copy(tensor, channel);
                    graph.setInitializer(
                            external(tensor.toBuilder().clearExternalData(), offset, channel.position() - offset));
                }
            }
            channel.force(true);
            channel.close();
            Files.move(beside, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            source.model().withGraph(graph, opset).write(file);
            return Files.size(data) + Files.size(file);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private long aligned() throws IOException {
        long offset = (channel.position() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        channel.position(offset);
        return offset;
    }

    private TensorProto external(TensorProto.Builder tensor, long offset, long length) {
        return tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", data.getFileName().toString()))
                .addExternalData(entry("offset", Long.toString(offset)))
                .addExternalData(entry("length", Long.toString(length)))
                .build();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private QuantizerException failed(IOException e) {
        return new QuantizerException(
                ReasonCode.STORAGE_FAILED, "the model can't be written to " + file + ": " + e.getMessage(), e);
    }

    /** Removes what was written if it was not finished. */
    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(beside);
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
