package io.quantfleet.quantizer.dataset;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What precedes the elements in a NumPy array file of format 1, 2 or 3.
 *
 * @param type NumPy's type code, such as {@code <f4}
 * @param fortranOrder whether the first axis varies fastest
 * @param shape the dimensions
 */
record NpyHeader(String type, boolean fortranOrder, List<Long> shape) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MAX_LENGTH = 1 << 16;
    private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern STRUCTURED = Pattern.compile("'descr'\\s*:\\s*\\[");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d\\s,L]*)\\)");

    NpyHeader {
        shape = List.copyOf(shape);
    }

    /**
     * Reads a header, leaving the stream at the first element.
     *
     * @throws IOException if there is none
     */
    static NpyHeader read(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        byte[] magic = data.readNBytes(MAGIC.length);
        if (!java.util.Arrays.equals(magic, MAGIC)) {
            throw new IOException("it is not a NumPy array");
        }
        int major = data.readUnsignedByte();
        data.readUnsignedByte();
        if (major < 1 || major > 3) {
            throw new IOException("it has version " + major + " of NumPy's format; known are 1, 2 and 3");
        }
        long length = major == 1
                ? Short.toUnsignedInt(Short.reverseBytes(data.readShort()))
                : Integer.toUnsignedLong(Integer.reverseBytes(data.readInt()));
        if (length > MAX_LENGTH) {
            throw new IOException("its header of " + length + " bytes is too long");
        }
        return parse(new String(data.readNBytes((int) length), StandardCharsets.UTF_8));
    }

    private static NpyHeader parse(String text) throws IOException {
        if (STRUCTURED.matcher(text).find()) {
            return new NpyHeader("structured", false, List.of());
        }
        List<Long> shape = new ArrayList<>();
        for (String dimension : group(SHAPE, text).replace("L", "").split(",")) {
            if (!dimension.isBlank()) {
                shape.add(Long.parseLong(dimension.strip()));
            }
        }
        return new NpyHeader(group(TYPE, text), group(ORDER, text).equals("True"), shape);
    }

    private static String group(Pattern pattern, String text) throws IOException {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IOException("its header is not understood: " + text.strip());
        }
        return matcher.group(1);
    }

    /** How many elements the array has. */
    long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
