package io.quantfleet.cli.stack;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The part of a program's log that says why it ended. */
final class LogTail {
    private static final int BYTES = 16 * 1024;
    private static final int LONGEST = 300;

    private LogTail() {}

    /** {@code : the last line that tells of an error; read FILE}. */
    static String hint(Path log) {
        return lastError(log).map(line -> ": " + line).orElse("") + "; read " + log;
    }

    private static Optional<String> lastError(Path log) {
        List<String> lines = lastLines(log);
        return lines.stream()
                .filter(line ->
                        line.contains("ERROR") || line.startsWith("quantfleet: ") || line.startsWith("Caused by"))
                .reduce((first, second) -> second)
                .or(() -> lines.stream().filter(line -> !line.isBlank()).reduce((first, second) -> second))
                .map(line -> line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line);
    }

    private static List<String> lastLines(Path log) {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(0, file.length() - BYTES));
            byte[] tail = new byte[(int) Math.min(BYTES, file.length())];
            file.readFully(tail);
            return new String(tail, StandardCharsets.UTF_8).lines().toList();
        } catch (IOException noLog) {
            return List.of();
        }
    }
}
