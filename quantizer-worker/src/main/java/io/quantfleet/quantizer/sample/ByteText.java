package io.quantfleet.quantizer.sample;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Text whose bytes are the tokens of a language model. It is cut into samples; of every twenty one is for validation and one
 * for calibration, and what lies between them is for training. Immutable.
 */
public final class ByteText {
    /** How many tokens there are. */
    public static final int VOCABULARY = 256;

    private static final Set<String> ENDINGS = Set.of(".md", ".txt", ".java");
    private static final int CYCLE = 20;
    private static final int CALIBRATION_AT = CYCLE / 2;
    private static final int RUN = CALIBRATION_AT - 1;

    private final byte[] bytes;
    private final int context;

    private ByteText(byte[] bytes, int context) {
        this.bytes = bytes;
        this.context = context;
    }

    /**
     * Reads text.
     *
     * @param directory whose files {@code *.md}, {@code *.txt} and {@code *.java} are read, those in its folders too, in the
     *     order of their paths; folders called {@code target} and those whose names begin with a dot are left out
     * @param context how many tokens a sample has
     * @throws IOException if a file can't be read, or there is too little text
     */
    public static ByteText read(Path directory, int context) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory)) {
            files = all.filter(file -> isText(directory.relativize(file)) && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (Path file : files) {
            text.write(Files.readAllBytes(file));
        }
        if (text.size() < CYCLE * context) {
            throw new IOException(directory + " has " + text.size() + " bytes of text in " + files.size()
                    + " files; at least " + CYCLE * context + " are needed");
        }
        return new ByteText(text.toByteArray(), context);
    }

    private static boolean isText(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".") || part.toString().equals("target")) {
                return false;
            }
        }
        String name = relative.toString();
        return ENDINGS.stream().anyMatch(name::endsWith);
    }

    /** How many bytes there are. */
    public int size() {
        return bytes.length;
    }

    /** The samples to judge by, {@code most} of them at most, spread evenly. */
    public int[] validation(int most) {
        return samples(0, most);
    }

    /** The samples to calibrate with, {@code most} of them at most, spread evenly. */
    public int[] calibration(int most) {
        return samples(CALIBRATION_AT, most);
    }

    private int[] samples(int at, int most) {
        List<Integer> starts = new ArrayList<>();
        for (int start = at * context; start + context <= bytes.length; start += CYCLE * context) {
            starts.add(start);
        }
        int count = Math.min(most, starts.size());
        int[] tokens = new int[count * context];
        for (int i = 0; i < count; i++) {
            copy(starts.get((int) ((long) i * starts.size() / count)), context, tokens, i * context);
        }
        return tokens;
    }

    /** One more token than a sample has, from a place that neither validation nor calibration reads. */
    public int[] training(Random random) {
        int runs = bytes.length / (CALIBRATION_AT * context);
        int run = random.nextInt(runs);
        int start = (run * CALIBRATION_AT + 1) * context + random.nextInt((RUN - 1) * context);
        int[] tokens = new int[context + 1];
        copy(Math.min(start, bytes.length - tokens.length), tokens.length, tokens, 0);
        return tokens;
    }

    private void copy(int from, int count, int[] to, int at) {
        for (int i = 0; i < count; i++) {
            to[at + i] = bytes[from + i] & 0xff;
        }
    }
}
