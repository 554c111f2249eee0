package io.quantfleet.protocols.delta;

import java.io.IOException;

/** A patch that can't be applied: its bytes are no delta, or one for something else. */
public final class DeltaException extends IOException {
    private static final long serialVersionUID = 1;

    DeltaException(String message) {
        super(message);
    }

    DeltaException(String message, Throwable cause) {
        super(message, cause);
    }
}
