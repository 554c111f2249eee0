package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Parses a file into a model, or says what is wrong with it. What it lets pass, later steps need not check again. */
final class OnnxReader {
    static final int OLDEST_OPSET = 11;
    static final int NEWEST_OPSET = 22;
    /** A protobuf message can't be longer; some room is kept for what quantization adds. */
    static final long MOST_BYTES = Integer.MAX_VALUE - (64L << 20);

    private OnnxReader() {}

    /** Models with external data up to that size are read into memory: a copy outside the heap is needed now and then. */
    static long mostBytesInMemory() {
        return Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / 2);
    }

    static OnnxModel read(Path file) {
        ModelProto proto = load(file);
        if (WidenedFloats.needed(proto) && proto.getSerializedSize() > mostBytesInMemory() / 2) {
            throw tooLarge(file + ", whose weights are 16-bit floats, in FP32", 2L * proto.getSerializedSize());
        }
        return checked(proto, file.toString()).inFp32();
    }

    static OnnxModel readAnyForm(Path file) {
        return anyForm(load(file), file.toString());
    }

    private static ModelProto load(Path file) {
        try {
            ModelProto proto = header(file);
            return new ExternalData(directory(file), mostBytesInMemory() - Files.size(file)).inlined(proto);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Reads a model whose external data stays where it is. */
    static OnnxModel readWithoutExternalData(Path file) {
        try {
            ModelProto proto = header(file);
            ExternalData places = new ExternalData(directory(file), 0);
            for (TensorProto tensor : proto.getGraph().getInitializerList()) {
                if (ExternalData.isExternal(tensor)) {
                    places.place(tensor);
                }
            }
            return checked(proto, file.toString());
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static ModelProto header(Path file) throws IOException {
        long bytes = Files.size(file);
        if (bytes == 0) {
            throw new QuantizerException(ReasonCode.MODEL_MALFORMED, file + " is empty");
        }
        if (bytes > MOST_BYTES) {
            throw tooLarge(file.toString(), bytes);
        }
        ModelProto proto = parse(file);
        checkHeader(proto, file.toString());
        return proto;
    }

    /** The directory that a model's external data is in. */
    static Path directory(Path file) {
        return file.toAbsolutePath().resolveSibling("").normalize();
    }

    static QuantizerException unreadable(Path file, IOException e) {
        return new QuantizerException(ReasonCode.STORAGE_FAILED, file + " can't be read: " + e.getMessage(), e);
    }

    static QuantizerException tooLarge(String what, long bytes) {
        return new QuantizerException(
                ReasonCode.MODEL_TOO_LARGE,
                what + " has " + bytes + " bytes; models up to " + mostBytesInMemory()
                        + " bytes are read into memory"
                        + (mostBytesInMemory() < MOST_BYTES ? ", half of what Java may use (-Xmx)" : "")
                        + ". Larger ones can be quantized by weight-only-int8, weight-only-int4, gptq and awq alone, which go"
                        + " from file to file");
    }

    private static ModelProto parse(Path file) throws IOException {
        try (InputStream stream = Files.newInputStream(file)) {
            CodedInputStream input = CodedInputStream.newInstance(stream, 1 << 16);
            input.setSizeLimit(Integer.MAX_VALUE);
            return ModelProto.parseFrom(input);
        } catch (InvalidProtocolBufferException e) {
            throw new QuantizerException(
                    ReasonCode.MODEL_MALFORMED, file + " is not an ONNX file, or is cut off: " + e.getMessage(), e);
        }
    }

    static OnnxModel checked(ModelProto proto, String what) {
        checkHeader(proto, what);
        OperatorCheck.check(proto.getGraph(), what);
        return anyForm(proto, what);
    }

    static OnnxModel anyForm(ModelProto proto, String what) {
        checkHeader(proto, what);
        GraphProto graph = proto.getGraph();
        if (graph.getSparseInitializerCount() > 0) {
            throw new QuantizerException(ReasonCode.OPERATOR_UNSUPPORTED, what + " stores sparse tensors");
        }
        TensorCheck.check(graph);
        GraphCheck.check(graph, what);
        return new OnnxModel(proto);
    }

    private static void checkHeader(ModelProto proto, String what) {
        if (!proto.hasGraph() || proto.getGraph().getNodeCount() == 0 || proto.getOpsetImportCount() == 0) {
            throw new QuantizerException(ReasonCode.MODEL_MALFORMED, what + " is not an ONNX model: it has no graph");
        }
        int opset = OnnxModel.opset(proto);
        if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
            throw new QuantizerException(
                    ReasonCode.OPSET_UNSUPPORTED,
                    what + " is of opset " + opset + "; opsets " + OLDEST_OPSET + " to " + NEWEST_OPSET
                            + " are handled. Export the model again with another opset_version");
        }
    }
}
