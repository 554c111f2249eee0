package io.quantfleet.quantizer;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.lint.LintFinding;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A variant that was made but is not judged.
 *
 * @param profile what it was made for
 * @param file where it is now
 * @param published where it will be
 * @param made how it was made
 * @param lint what may be said against it; no errors are among it
 */
record Draft(
        DeviceClassProfile profile, Path file, Path published, VariantMaker.MadeVariant made, List<LintFinding> lint) {

    Draft {
        lint = List.copyOf(lint);
    }

    /** Its file name. */
    String name() {
        return file.getFileName().toString();
    }

    Sha256 sha256() {
        try {
            return Sha256.of(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    long bytes() {
        return size(file);
    }

    static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static QuantizerException unreadable(Path file, IOException e) {
        return new QuantizerException(ReasonCode.STORAGE_FAILED, "can't read " + file + ": " + e.getMessage(), e);
    }
}
