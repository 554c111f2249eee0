package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A model whose external data stays in its files and is read piece by piece, so that a model may be larger than memory.
 * It is read rather than mapped: mapped pages would count as the program's own. For use by one thread; closing it closes
 * the files.
 */
public final class StreamedModel implements AutoCloseable {
    private static final int PIECE = 1 << 20;

    private final OnnxModel model;
    private final Path file;
    private final ExternalData places;
    /** The external tensors that are widened, as they are stored. */
    private final Map<String, TensorProto> narrow;

    private final Map<String, Changed> changes = new HashMap<>();
    private final Map<Path, FileChannel> channels = new HashMap<>();
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer widened = ByteBuffer.allocateDirect(2 * PIECE).order(ByteOrder.LITTLE_ENDIAN);

    /** An external tensor that is changed as it is read. */
    private record Changed(TensorProto stored, ElementChange change) {}

    private StreamedModel(OnnxModel stored, Path file) {
        this.file = file;
        this.places = new ExternalData(OnnxReader.directory(file), 0);
        this.narrow = WidenedFloats.needed(stored.proto())
                ? stored.proto().getGraph().getInitializerList().stream()
                        .filter(tensor -> ExternalData.isExternal(tensor)
                                && WidenedFloats.narrow(tensor).isPresent())
                        .collect(Collectors.toMap(TensorProto::getName, tensor -> tensor))
                : Map.of();
        this.model = stored.inFp32();
    }

    /**
     * Reads and checks a model, but for the data of its external tensors, which must be there. Weights of 16-bit floats are
     * made FP32 as they are read.
     *
     * @throws QuantizerException if the file is not a model that can be handled; the message says why
     */
    public static StreamedModel open(Path file) {
        return new StreamedModel(OnnxReader.readWithoutExternalData(file), file);
    }

    /** An editable copy of the graph; its external tensors have no data. */
    public Graph graph() {
        return model.graph();
    }

    /** Its size in FP32 with its external data. */
    public long bytes() {
        try {
            long sum = model.bytes();
            for (TensorProto tensor : model.graph().initializers()) {
                sum += ExternalData.isExternal(tensor) ? bytes(tensor) : 0;
            }
            return sum;
        } catch (IOException e) {
            throw OnnxReader.unreadable(file, e);
        }
    }

    /** Whether it could be read with all its data. */
    public boolean fitsMemory() {
        return bytes() <= OnnxReader.mostBytesInMemory();
    }

    /** What the model takes, in its order. */
    public List<TensorSpec> inputs() {
        return model.inputs();
    }

    /** What the model gives, in its order. */
    public List<TensorSpec> outputs() {
        return model.outputs();
    }

    /** The version of ONNX's own operator set. */
    public int opset() {
        return model.opset();
    }

    /** This model with another graph, whose external tensors have no data, and a version of ONNX's own operator set. */
    public OnnxModel with(Graph graph, int opset) {
        return model.withGraph(graph, opset);
    }

    OnnxModel model() {
        return model;
    }

    /**
     * One of the model's tensors of 32-bit floats under another name, with its elements changed. If it is external, its data
     * stays where it is and is changed whenever it is read.
     *
     * @param stored may be one that was made here
     */
    public TensorProto changed(TensorProto stored, String name, ElementChange change) {
        if (!ExternalData.isExternal(stored)) {
            return Tensors.changed(stored, name, change);
        }
        Changed before = changes.get(stored.getName());
        changes.put(
                name,
                before == null
                        ? new Changed(stored, change)
                        : new Changed(
                                before.stored(),
                                (element, value) ->
                                        change.of(element, before.change().of(element, value))));
        return stored.toBuilder().setName(name).build();
    }

    /** Reads elements of one of the model's tensors. */
    @FunctionalInterface
    public interface Floats {

        /** Fills the buffer with elements from {@code first} on. */
        void read(long first, FloatBuffer target);
    }

    /**
     * The elements of a stored tensor of 32-bit floats.
     *
     * @throws QuantizerException as reading them does, if the file can't be read
     */
    public Floats floats(TensorProto tensor) {
        if (!ExternalData.isExternal(tensor)) {
            float[] values = Tensors.floats(tensor);
            return (first, target) -> target.put(values, Math.toIntExact(first), target.remaining());
        }
        return (first, target) -> {
            try {
                pieces(
                        tensor,
                        first * Float.BYTES,
                        (long) target.remaining() * Float.BYTES,
                        bytes -> target.put(bytes.asFloatBuffer()));
            } catch (IOException e) {
                throw OnnxReader.unreadable(file, e);
            }
        };
    }

    /** Takes a tensor's data piece by piece, in little-endian order. */
    @FunctionalInterface
    private interface Pieces {
        void take(ByteBuffer bytes) throws IOException;
    }

    // Counted in bytes of the type that the graph has.
    private void pieces(TensorProto tensor, long first, long bytes, Pieces pieces) throws IOException {
        ExternalData.Place place = place(tensor);
        FileChannel channel = channel(place.file());
        int times = widening(tensor);
        long next = place.offset() + first / times;
        long element = first / Float.BYTES;
        for (long left = bytes / times; left > 0; left -= piece.limit()) {
            piece.clear().limit((int) Math.min(PIECE, left));
            next += fill(channel, next);
            ByteBuffer read = asDeclared(tensor, piece.flip());
            change(tensor, element, read);
            element += read.remaining() / Float.BYTES;
            pieces.take(read);
        }
    }

    private void change(TensorProto tensor, long first, ByteBuffer read) {
        Changed changed = changes.get(tensor.getName());
        if (changed == null) {
            return;
        }
        int position = read.position();
        for (int i = 0; i < read.remaining() / Float.BYTES; i++) {
            int at = position + i * Float.BYTES;
            read.putFloat(at, changed.change().of(Math.toIntExact(first + i), read.getFloat(at)));
        }
    }

    private TensorProto unchanged(TensorProto tensor) {
        Changed changed = changes.get(tensor.getName());
        return changed == null ? tensor : changed.stored();
    }

    private Optional<TensorProto> narrow(TensorProto tensor) {
        return Optional.ofNullable(narrow.get(unchanged(tensor).getName()));
    }

    private ByteBuffer asDeclared(TensorProto tensor, ByteBuffer stored) {
        Optional<NarrowFloat> type = narrow(tensor).flatMap(WidenedFloats::narrow);
        if (type.isEmpty()) {
            return stored;
        }
        WidenedFloats.widen(stored, widened.clear(), type.get());
        return widened.flip();
    }

    private ExternalData.Place place(TensorProto tensor) throws IOException {
        return places.place(narrow(tensor).orElse(unchanged(tensor)));
    }

    private int widening(TensorProto tensor) {
        return narrow(tensor).isPresent() ? Float.BYTES / Short.BYTES : 1;
    }

    private long bytes(TensorProto tensor) throws IOException {
        return place(tensor).length() * widening(tensor);
    }

    private int fill(FileChannel channel, long position) throws IOException {
        while (piece.hasRemaining()) {
            if (channel.read(piece, position + piece.position()) < 0) {
                throw new IOException("external data became shorter while it was read");
            }
        }
        return piece.limit();
    }

    /** Reads all the data of an external tensor. */
    void read(TensorProto tensor, ByteBuffer target) throws IOException {
        pieces(tensor, 0, target.remaining(), target::put);
    }

    /** Copies the data of an external tensor. */
    void copy(TensorProto tensor, FileChannel target) throws IOException {
        pieces(tensor, 0, bytes(tensor), bytes -> {
            while (bytes.hasRemaining()) {
                target.write(bytes);
            }
        });
    }

    private FileChannel channel(Path path) throws IOException {
        FileChannel known = channels.get(path);
        if (known == null) {
            known = FileChannel.open(path);
            channels.put(path, known);
        }
        return known;
    }

    @Override
    public void close() {
        try {
            for (FileChannel channel : channels.values()) {
                channel.close();
            }
        } catch (IOException e) {
            throw new QuantizerException(
                    ReasonCode.STORAGE_FAILED, file + "'s data can't be closed: " + e.getMessage(), e);
        }
    }
}
