package io.quantfleet.cli.terminal;

import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A text that the user names by its file, or gives by standard input as {@code -}. */
public final class InputFile {
    private InputFile() {}

    /** The text. */
    public static String text(Path file) {
        try {
            return file.toString().equals("-")
                    ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(file);
        } catch (IOException e) {
            throw new CliException("can't read " + file + ": " + e, e);
        }
    }

    /**
     * A secret, without space around it. It is read from a file because everybody on the machine can read a command line.
     *
     * @param option that named the file, for messages
     */
    public static String secret(Path file, String option) {
        String text = text(file).strip();
        if (text.isEmpty()) {
            throw new CliException(option + " " + file + " holds nothing");
        }
        return text;
    }
}
