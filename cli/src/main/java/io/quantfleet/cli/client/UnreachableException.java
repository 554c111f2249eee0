package io.quantfleet.cli.client;

import io.quantfleet.cli.CliException;

/**
 * The control plane did not answer, or answered that it can't now. It may or may not have done what it was asked: ask
 * what there is before asking again.
 */
public final class UnreachableException extends CliException {
    private static final long serialVersionUID = 1;

    UnreachableException(String message, Throwable cause) {
        super(message, cause);
    }

    UnreachableException(String message) {
        super(message);
    }
}
