package io.quantfleet.cli.terminal;

import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A secret that is read from a file: on a command line, everybody on the machine could read it. */
public final class SecretFile {
    private SecretFile() {}

    /**
     * What the file holds, without space around it; {@code -} is standard input.
     *
     * @param option that named the file, for messages
     */
    public static String read(Path file, String option) {
        try {
            String text = file.toString().equals("-")
                    ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(file);
            if (text.isBlank()) {
                throw new CliException(option + " " + file + " holds nothing");
            }
            return text.strip();
        } catch (IOException e) {
            throw new CliException("can't read " + option + " " + file, e);
        }
    }
}
