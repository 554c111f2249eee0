package io.quantfleet.quantizer.dataset;

import static java.util.Map.entry;

import io.quantfleet.quantizer.fuzz.FuzzedFile;
import io.quantfleet.quantizer.fuzz.SeedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What the fuzzer drives: the reader of tensors in .npz archives. */
public final class NpzFuzz {
    private static final FuzzedFile FILE = new FuzzedFile(".npz", 64L << 20);
    private static final ModelDescription DESCRIPTION = Descriptions.sentences();

    private NpzFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        FILE.give(data, NpzFuzz::read);
    }

    static List<byte[]> seeds() throws IOException {
        return List.of(ZipMaker.bytes(List.of(
                entry("ids.npy", npy("<i8", "(2, 3)", 48)),
                entry("weights.npy", npy("<f4", "(2, 2, 2)", 32)),
                entry("labels.npy", npy("|u1", "(2,)", 2)))));
    }

    static byte[] npy(String type, String shape, int bytes) {
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
        String padded = header + " ".repeat(117 - header.length()) + "\n";
        return ByteBuffer.allocate(10 + padded.length() + bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) padded.length())
                .put(padded.getBytes(StandardCharsets.US_ASCII))
                .array();
    }

    /** Writes the files that fuzzing starts from. */
    public static void main(String[] arguments) throws IOException {
        SeedFiles.write(Path.of(arguments[0]), seeds());
    }

    private static void read(Path file) {
        try (LabelledSamples samples = Datasets.open(file, DESCRIPTION)) {
            ByteBuffer target = ByteBuffer.allocate(64);
            for (int sample = 0; sample < Math.min(3, samples.size()); sample++) {
                samples.fill(sample, "ids", target.clear());
                samples.fill(sample, "weights", target.clear());
            }
        }
    }
}
