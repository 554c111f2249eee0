package io.quantfleet.quantizer.sample;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.onnx.OnnxModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A language model of LLaMA's architecture with random weights: what training starts from, and, of any size, what shows how
 * much memory quantizing takes. The same seed gives the same weights.
 */
public final class RandomLlama {
    /** The input that takes tokens. */
    public static final String INPUT = LlamaGraph.INPUT;

    /** The output that gives a score for each token at each place. */
    public static final String OUTPUT = LlamaGraph.OUTPUT;

    private static final int PIECE = 1 << 22;
    private static final double DEVIATION_OF_FOUR = Math.sqrt(4 / 12.0);

    private RandomLlama() {}

    /** The model in memory. */
    public static OnnxModel inMemory(LlamaShape shape, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return OnnxModel.of(LlamaGraph.build(shape, (name, rows, columns, deviation) -> {
            ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(rows * columns, Float.BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN);
            fill(bytes, random, (float) deviation);
            return tensor(name, rows, columns)
                    .setRawData(ByteString.copyFrom(bytes.flip()))
                    .build();
        }));
    }

    /**
     * Writes a model of any size, {@code NAME.onnx}, with its weights in {@code NAME.onnx.weights} and a description in
     * {@code NAME.model.yaml}. Needs a few megabytes of memory.
     *
     * @param directory made if it is not there; what it holds of the same name is replaced
     * @return the description
     * @throws IOException if a file can't be written
     */
    public static Path write(Path directory, String name, LlamaShape shape, long seed) throws IOException {
        Files.createDirectories(directory);
        Path weights = directory.resolve(name + ".onnx.weights");
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(
                weights, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ModelProto model = LlamaGraph.build(shape, (tensor, rows, columns, deviation) -> {
                try {
                    long offset = channel.position();
                    long length = (long) rows * columns * Float.BYTES;
                    for (long left = length; left > 0; left -= piece.limit()) {
                        piece.clear().limit((int) Math.min(PIECE, left));
                        fill(piece, random, (float) deviation);
                        piece.flip();
                        while (piece.hasRemaining()) {
                            channel.write(piece);
                        }
                    }
                    return tensor(tensor, rows, columns)
                            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                            .addExternalData(
                                    entry("location", weights.getFileName().toString()))
                            .addExternalData(entry("offset", Long.toString(offset)))
                            .addExternalData(entry("length", Long.toString(length)))
                            .build();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            Files.write(directory.resolve(name + ".onnx"), model.toByteArray());
        } catch (UncheckedIOException e) {
            throw new IOException(e.getCause());
        }
        return Files.writeString(directory.resolve(name + ".model.yaml"), description(name, shape));
    }

    /** The description of such a model, in the format of {@code model-description.v1}. */
    public static String description(String name, LlamaShape shape) {
        return String.join(
                System.lineSeparator(),
                List.of(
                        "name: " + name,
                        "task: language-model",
                        "onnx: " + name + ".onnx",
                        "inputs:",
                        "  - name: " + LlamaGraph.INPUT,
                        "    kind: tensor",
                        "    type: int64",
                        "    shape: [batch, " + shape.context() + "]",
                        "output: " + LlamaGraph.OUTPUT,
                        "vocabulary: " + shape.vocabulary(),
                        ""));
    }

    // The sum of four even numbers is nearly normal, and one call gives them all.
    private static void fill(ByteBuffer target, SplittableRandom random, float deviation) {
        float factor = (float) (deviation / DEVIATION_OF_FOUR / (1 << 16));
        while (target.hasRemaining()) {
            long bits = random.nextLong();
            int sum = (short) bits + (short) (bits >> 16) + (short) (bits >> 32) + (short) (bits >> 48);
            target.putFloat((sum + 2) * factor);
        }
    }

    private static TensorProto.Builder tensor(String name, int rows, int columns) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT_VALUE)
                .addDims(rows)
                .addDims(columns);
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
