package io.quantfleet.protocols.artifact;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the initializers of an ONNX file without loading them: walks the fields of {@code ModelProto}, {@code GraphProto}
 * and {@code TensorProto} (onnx.proto3) and skips what they hold.
 */
public final class OnnxLayout {
    private static final int MODEL_GRAPH = 7;
    private static final int GRAPH_INITIALIZER = 5;
    private static final int TENSOR_NAME = 8;
    /** The tensors named in a hint; a file with more of them is cut by content alone. */
    private static final int MAX_TENSORS = 100_000;

    private static final int MAX_NAME_BYTES = 4096;

    private final CodedInputStream in;
    private final List<Layout.Tensor> tensors = new ArrayList<>();

    private OnnxLayout(InputStream in) {
        this.in = CodedInputStream.newInstance(in);
        this.in.setSizeLimit(Integer.MAX_VALUE);
    }

    /** The layout of an ONNX file; {@link Layout#UNKNOWN} if it is something else, or damaged. */
    public static Layout read(InputStream in) {
        OnnxLayout layout = new OnnxLayout(in);
        try {
            layout.model();
            return new Layout(layout.tensors);
        } catch (IOException | IllegalArgumentException notOnnx) {
            return Layout.UNKNOWN;
        }
    }

    private void model() throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (isBytes(tag, MODEL_GRAPH)) {
                long end = enter();
                graph(end);
            } else {
                skip(tag);
            }
        }
    }

    private void graph(long end) throws IOException {
        while (in.getTotalBytesRead() < end) {
            long start = in.getTotalBytesRead();
            int tag = in.readTag();
            if (isBytes(tag, GRAPH_INITIALIZER)) {
                tensor(start, enter());
            } else {
                skip(tag);
            }
        }
    }

    /** The largest field is the one with the values: raw_data, or one of the packed lists. */
    private void tensor(long start, long end) throws IOException {
        String name = "";
        long offset = end;
        long size = 0;
        while (in.getTotalBytesRead() < end) {
            int tag = in.readTag();
            if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                skip(tag);
                continue;
            }
            int length = in.readRawVarint32();
            if (WireFormat.getTagFieldNumber(tag) == TENSOR_NAME && length <= MAX_NAME_BYTES) {
                name = new String(in.readRawBytes(length), StandardCharsets.UTF_8);
                continue;
            }
            if (length > size) {
                offset = in.getTotalBytesRead();
                size = length;
            }
            in.skipRawBytes(length);
        }
        if (tensors.size() == MAX_TENSORS || in.getTotalBytesRead() != end) {
            throw new IOException("not a graph that can be cut at its tensors");
        }
        tensors.add(new Layout.Tensor(name, start, offset, size, end));
    }

    private long enter() throws IOException {
        int length = in.readRawVarint32();
        if (length < 0) {
            throw new IOException("a negative length");
        }
        return (long) in.getTotalBytesRead() + length;
    }

    private void skip(int tag) throws IOException {
        if (tag == 0 || !in.skipField(tag)) {
            throw new IOException("not a field");
        }
    }

    private static boolean isBytes(int tag, int field) {
        return tag == (field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED);
    }
}
