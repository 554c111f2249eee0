package io.quantfleet.controlplane.registration;

import java.util.Optional;

/** A line that can't be understood; caught where lines are read, one by one. */
final class LineFaultException extends Exception {
    private static final long serialVersionUID = 1;

    private final String column;

    /** @param column empty text for the whole line */
    LineFaultException(String column, String reason) {
        super(reason);
        this.column = column;
    }

    Optional<String> column() {
        return Optional.of(column).filter(name -> !name.isEmpty());
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
