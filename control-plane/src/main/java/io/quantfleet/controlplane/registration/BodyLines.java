package io.quantfleet.controlplane.registration;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The lines of a body, read as they arrive, however long they claim to be. For use by one thread. */
final class BodyLines {
    static final int MAX_LINE = 65_536;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final Reader in;
    private long number;
    private boolean cut;

    BodyLines(InputStream body) {
        this.in = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8), MAX_LINE);
    }

    /** The next line that isn't blank, without its end; null behind the last one. */
    @Nullable
    String next() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            boolean more = fill(line);
            if (!line.toString().isBlank()) {
                return line.toString();
            }
            if (!more) {
                return null;
            }
        }
    }

    /** The number of the line that was read last, from 1. */
    long number() {
        return number;
    }

    /** Whether the line that was read last was longer than is allowed, and is therefore not whole. */
    boolean isCut() {
        return cut;
    }

    private boolean fill(StringBuilder line) throws IOException {
        number++;
        cut = false;
        line.setLength(0);
        int next = in.read();
        while (next >= 0 && next != '\n') {
            if (line.length() >= MAX_LINE) {
                cut = true;
            } else if (next != '\r' && !(number == 1 && line.isEmpty() && next == BYTE_ORDER_MARK)) {
                line.append((char) next);
            }
            next = in.read();
        }
        return next >= 0;
    }
}
