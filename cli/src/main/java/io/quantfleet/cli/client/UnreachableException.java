package io.quantfleet.cli.client;

import io.quantfleet.cli.CliException;

/**
 * The control plane did not answer, or answered that it can't now. It may or may not have done what it was asked: ask
 * what there is before asking again.
 */
public final class UnreachableException extends CliException {
    private static final long serialVersionUID = 1;

    private final String what;

    /** @param remedy what to do about it */
    UnreachableException(String what, String remedy, Throwable cause) {
        super(what + "; " + remedy, cause);
        this.what = what;
    }

    UnreachableException(String what) {
        super(what);
        this.what = what;
    }

    /** What is the matter, without what to do about it. */
    String what() {
        return what;
    }
}
