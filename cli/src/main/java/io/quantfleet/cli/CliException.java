package io.quantfleet.cli;

/**
 * A failure that the user can act on: its message is one line that says what went wrong and what to do or read next,
 * and is all that the user sees unless {@code --verbose} is given.
 */
public class CliException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CliException(String message) {
        super(message);
    }

    public CliException(String message, Throwable cause) {
        super(message, cause);
    }
}
