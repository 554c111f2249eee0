package io.quantfleet.quantizer.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;

/** Writes a chain of matrix products whose weights lie in a file beside the model, without having them in memory. */
public final class LargeModel {
    private LargeModel() {}

    /**
     * Writes {@code file} and {@code file.weights}: an embedding of {@code width} and that many products after it.
     *
     * @param width rows and columns of each weight
     * @param layers how many weights
     */
    public static void write(Path file, int width, int layers) throws IOException {
        TinyModel model = TinyModel.opset(17).input("x", -1, width).output("t" + layers, -1, width);
        for (int i = 0; i < layers; i++) {
            String product = "m" + i;
            model.graph(graph -> graph.addInitializer(
                            TensorProto.newBuilder().setName(product + "_w").setDataType(1)))
                    .node("MatMul", List.of(i == 0 ? "x" : "t" + i, product + "_w"), product)
                    .node("Tanh", List.of(product), "t" + (i + 1));
        }
        ModelProto.Builder proto = model.proto().toBuilder();
        Path weights = file.resolveSibling(file.getFileName() + ".weights");
        long bytes = (long) width * width * Float.BYTES;
        for (int i = 0; i < layers; i++) {
            proto.getGraphBuilder()
                    .getInitializerBuilder(i)
                    .addDims(width)
                    .addDims(width)
                    .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(entry("location", weights.getFileName().toString()))
                    .addExternalData(entry("offset", Long.toString(i * bytes)))
                    .addExternalData(entry("length", Long.toString(bytes)));
        }
        writeWeights(weights, (long) width * width * layers, width);
        Files.write(file, proto.build().toByteArray());
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private static void writeWeights(Path file, long count, int width) throws IOException {
        Random random = new Random(3);
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        float deviation = (float) (1 / Math.sqrt(width));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long left = count; left > 0; ) {
                buffer.clear();
                while (buffer.hasRemaining() && left > 0) {
                    // Nearly normal, and far cheaper.
                    float sum = random.nextFloat() + random.nextFloat() + random.nextFloat() - 1.5f;
                    buffer.putFloat(sum * 2 * deviation);
                    left--;
                }
                buffer.flip();
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
        }
    }
}
