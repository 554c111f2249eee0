package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.runtime.ElementType;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Loads parts of a model, each with its own weights alone. Weights that lie outside the heap, in a mapped file, are used where
 * they are; the memory that others are copied to is kept for the next part, which mostly has weights of the same sizes. For
 * use by one thread, one part at a time.
 */
public final class ModelParts {
    /** Smaller tensors stay in the graph, where ONNX Runtime computes with them before it runs: shapes and axes above all. */
    private static final int LEAST_BYTES = 1 << 12;

    private final boolean whole;
    private final ExternalTensors tensors;
    private final RuntimeOptions options;
    private final Map<Integer, Deque<ByteBuffer>> free = new HashMap<>();

    private ModelParts(boolean whole, ExternalTensors tensors, RuntimeOptions options) {
        this.whole = whole;
        this.tensors = tensors;
        this.options = options;
    }

    /** Reads the data of an external tensor. */
    @FunctionalInterface
    private interface ExternalTensors {
        void read(TensorProto tensor, ByteBuffer target) throws IOException;
    }

    /** Of a model whose tensors are in memory. */
    public static ModelParts inMemory(RuntimeOptions options) {
        return new ModelParts(
                true,
                (tensor, target) -> {
                    throw new IOException(tensor.getName() + " is not in memory");
                },
                options);
    }

    /**
     * Of a model that is larger than memory: weights are those of the original where they are not quantized yet, else what was
     * written.
     */
    public static ModelParts streamed(StreamedModel source, StreamedOutput output, RuntimeOptions options) {
        return new ModelParts(
                false,
                (tensor, target) -> {
                    if (output.has(tensor)) {
                        output.read(tensor, target);
                    } else {
                        source.read(tensor, target);
                    }
                },
                options);
    }

    /** Whether there is room for all parts at once. */
    public boolean haveRoomForAll() {
        return whole;
    }

    /** What is done with a part while it is loaded. */
    @FunctionalInterface
    public interface Use {
        void of(OnnxSession session);
    }

    /**
     * Loads a part, has it used, and gives its memory back.
     *
     * @throws QuantizerException if the part needs more memory than there is, or ONNX Runtime refuses it
     */
    public void load(OnnxModel part, Use use) {
        load(part, options, use);
    }

    /** The same with other options. */
    public void load(OnnxModel part, RuntimeOptions options, Use use) {
        Map<String, HostTensor> external = new LinkedHashMap<>();
        Graph graph = part.graph();
        // ONNX Runtime refuses data for a tensor that nothing reads.
        graph.removeUnused();
        try {
            Map<String, TensorProto> inside = new HashMap<>();
            for (TensorProto tensor : graph.initializers()) {
                Optional<ElementType> type = ElementType.ofOnnxCode(tensor.getDataType());
                if (type.isPresent() && (ExternalData.isExternal(tensor) || large(tensor))) {
                    external.put(tensor.getName(), apart(tensor, type.get()));
                    inside.put(tensor.getName(), ExternalData.elsewhere(tensor));
                } else if (ExternalData.isExternal(tensor)) {
                    inside.put(tensor.getName(), inside(tensor));
                }
            }
            inside.values().forEach(graph::setInitializer);
            OnnxModel whole = new OnnxModel(
                    part.proto().toBuilder().setGraph(graph.toProto()).build());
            try (OnnxSession session = OnnxSession.open(whole.serialized(), options, external)) {
                use.of(session);
            }
        } catch (IOException e) {
            throw new QuantizerException(
                    ReasonCode.STORAGE_FAILED, "weights of the model can't be read: " + e.getMessage(), e);
        } finally {
            external.values().stream()
                    .map(HostTensor::data)
                    .filter(data -> !data.isReadOnly())
                    .forEach(data -> free.computeIfAbsent(data.capacity(), size -> new ArrayDeque<>())
                            .push(data));
        }
    }

    private static boolean large(TensorProto tensor) {
        return tensor.getRawData().size() >= LEAST_BYTES;
    }

    private HostTensor apart(TensorProto tensor, ElementType type) throws IOException {
        ByteBuffer stored = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.nativeOrder());
        if (stored.isDirect() && stored.alignmentOffset(0, type.bytes()) == 0) {
            return new HostTensor(type, tensor.getDimsList(), stored);
        }
        ByteBuffer buffer = buffer(tensor, Math.multiplyExact(Tensors.elements(tensor), type.bytes()));
        read(tensor, buffer.clear());
        return new HostTensor(type, tensor.getDimsList(), buffer.flip());
    }

    private ByteBuffer buffer(TensorProto tensor, long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw tooLarge(tensor, bytes);
        }
        ByteBuffer known = free.getOrDefault((int) bytes, new ArrayDeque<>()).poll();
        if (known != null) {
            return known;
        }
        try {
            return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
        } catch (OutOfMemoryError e) {
            // Java's own limit, which is told apart from a machine without memory.
            throw tooLarge(tensor, bytes);
        }
    }

    private static QuantizerException tooLarge(TensorProto tensor, long bytes) {
        return new QuantizerException(
                ReasonCode.MODEL_TOO_LARGE,
                "there is no room for the " + bytes + " bytes of " + tensor.getName()
                        + " beside the other weights of its part of the model, which runs as a whole: let Java use more"
                        + " memory (-Xmx, -XX:MaxDirectMemorySize), or quantize by weight-only-int4, which runs nothing");
    }

    private TensorProto inside(TensorProto tensor) throws IOException {
        int bits = Tensors.elementBits(tensor).orElseThrow();
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(Tensors.bytes(tensor, bits)));
        read(tensor, bytes);
        return Tensors.ofBytes(
                tensor.getName(),
                TensorProto.DataType.forNumber(tensor.getDataType()),
                tensor.getDimsList(),
                ByteString.copyFrom(bytes.flip()));
    }

    private void read(TensorProto tensor, ByteBuffer target) throws IOException {
        if (ExternalData.isExternal(tensor)) {
            tensors.read(tensor, target);
        } else {
            target.put(tensor.getRawData().asReadOnlyByteBuffer());
        }
    }
}
