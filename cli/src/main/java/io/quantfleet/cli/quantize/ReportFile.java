package io.quantfleet.cli.quantize;

import io.quantfleet.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** The file that gets the figures. That it can be written is found out before the work, not after it. */
final class ReportFile {
    private final Path file;

    ReportFile(Path file) {
        this.file = file.toAbsolutePath();
        Path folder = this.file.getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw unwritable("it is a directory; name a file in it");
        }
        if (!Files.isDirectory(folder)) {
            throw unwritable("there is no directory " + folder + "; make it first");
        }
        if (!Files.isWritable(folder)) {
            throw unwritable("the directory " + folder + " is not writable; name a file in another");
        }
    }

    private CliException unwritable(String why) {
        return new CliException("can't write --json " + file + ": " + why);
    }

    void write(String json) {
        try {
            Path beside = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
            try {
                Files.writeString(beside, json + System.lineSeparator());
                Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            throw new CliException("the variants are written, but --json " + file + " can't be", e);
        }
    }
}
