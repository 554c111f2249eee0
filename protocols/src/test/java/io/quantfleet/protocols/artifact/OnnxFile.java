package io.quantfleet.protocols.artifact;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Writes files with the layout of ONNX: enough of its fields to have tensors between other things. */
public record OnnxFile(int headerBytes, Map<String, byte[]> tensors) {
    /** So many tensors of random bytes, distributed as quantized weights are: around zero. */
    public static OnnxFile random(int tensors, int bytesEach, long seed) {
        Random random = new Random(seed);
        Map<String, byte[]> content = new LinkedHashMap<>();
        IntStream.range(0, tensors).forEach(i -> content.put("layer" + i + ".weight", weights(bytesEach, random)));
        return new OnnxFile(300, content);
    }

    public static byte[] weights(int size, Random random) {
        byte[] weights = new byte[size];
        for (int i = 0; i < size; i++) {
            weights[i] = (byte) Math.max(-127, Math.min(127, Math.round(random.nextGaussian() * 32)));
        }
        return weights;
    }

    public OnnxFile with(String name, byte[] content) {
        Map<String, byte[]> changed = new LinkedHashMap<>(tensors);
        changed.put(name, content);
        return new OnnxFile(headerBytes, changed);
    }

    public OnnxFile withHeader(int bytes) {
        return new OnnxFile(bytes, tensors);
    }

    public byte[] bytes() {
        try {
            ByteArrayOutputStream graph = new ByteArrayOutputStream();
            CodedOutputStream out = CodedOutputStream.newInstance(graph);
            byte[] node = new byte[headerBytes];
            new Random(9).nextBytes(node);
            out.writeByteArray(1, node);
            for (Map.Entry<String, byte[]> tensor : tensors.entrySet()) {
                out.writeByteArray(5, tensor(tensor.getKey(), tensor.getValue()));
            }
            out.writeString(2, "graph");
            out.flush();
            ByteArrayOutputStream model = new ByteArrayOutputStream();
            CodedOutputStream file = CodedOutputStream.newInstance(model);
            file.writeInt64(1, 10);
            file.writeBytes(7, ByteString.copyFrom(graph.toByteArray()));
            file.flush();
            return model.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] tensor(String name, byte[] content) throws IOException {
        ByteArrayOutputStream tensor = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(tensor);
        out.writeInt64(1, content.length);
        out.writeInt32(2, 3);
        out.writeString(8, name);
        out.writeByteArray(9, content);
        out.flush();
        return tensor.toByteArray();
    }
}
