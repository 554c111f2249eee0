package io.quantfleet.quantizer.dataset;

import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** The wording that messages about users' files share. */
final class Faults {
    private static final int LISTED = 12;

    private Faults() {}

    static QuantizerException dataset(String message) {
        return new QuantizerException(ReasonCode.DATASET_INVALID, message);
    }

    static QuantizerException dataset(String message, Throwable cause) {
        return new QuantizerException(ReasonCode.DATASET_INVALID, message, cause);
    }

    /** For an archive that might do harm. */
    static QuantizerException unsafe(String message) {
        return new QuantizerException(ReasonCode.ARCHIVE_UNSAFE, message);
    }

    /** Why a file could not be read, in words: many I/O exceptions carry nothing but the path. */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "access is denied";
        }
        if (e instanceof EOFException && e.getMessage() == null) {
            return "it ends early";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** Names for a message, cut off where they get long. */
    static String list(List<String> names) {
        return names.size() <= LISTED
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, LISTED)) + " and " + (names.size() - LISTED) + " more";
    }
}
