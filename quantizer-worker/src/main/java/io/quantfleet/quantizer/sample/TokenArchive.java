package io.quantfleet.quantizer.sample;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes the tokens of samples as a language model's data set: an {@code .npz} with the array {@code input_ids}. */
public final class TokenArchive {
    private static final int HEADER = 128;
    private static final int BEFORE_TEXT = 10;

    private TokenArchive() {}

    /**
     * Writes samples, the same bytes for the same tokens.
     *
     * @param tokens sample after sample
     * @param context how many tokens a sample has
     * @throws IOException if the file can't be written
     */
    public static void write(Path file, int context, int... tokens) throws IOException {
        if (tokens.length == 0 || tokens.length % context != 0) {
            throw new IllegalArgumentException(tokens.length + " tokens are no whole samples of " + context);
        }
        ByteBuffer array = ByteBuffer.allocate(HEADER + Math.multiplyExact(tokens.length, Long.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        String text = "{'descr': '<i8', 'fortran_order': False, 'shape': (" + tokens.length / context + ", " + context
                + "), }";
        array.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) (HEADER - BEFORE_TEXT));
        array.put(String.format("%-" + (HEADER - BEFORE_TEXT - 1) + "s\n", text).getBytes(StandardCharsets.US_ASCII));
        for (int token : tokens) {
            array.putLong(token);
        }
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            ZipEntry entry = new ZipEntry(LlamaGraph.INPUT + ".npy");
            entry.setLastModifiedTime(FileTime.fromMillis(0));
            zip.putNextEntry(entry);
            zip.write(array.array());
            zip.closeEntry();
        }
    }
}
