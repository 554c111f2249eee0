package io.quantfleet.cli.client;

import io.quantfleet.cli.CliException;
import io.quantfleet.protocols.ReasonCode;
import java.util.OptionalInt;

/** The control plane refused a request; the message is its reason. */
public final class ApiException extends CliException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;
    private final int position;

    ApiException(int status, String code, String message) {
        this(status, code, message, 0);
    }

    /** @param position of the character of a filter that goes wrong, from 1; 0 if it is about something else */
    ApiException(int status, String code, String message, int position) {
        super(message);
        this.position = position;
        this.status = status;
        this.code = code;
    }

    /** Whether this is the reason. */
    public boolean is(ReasonCode reason) {
        return code.equals(reason.name());
    }

    /** The character of a filter that it goes wrong at, from 1. */
    public OptionalInt position() {
        return position > 0 ? OptionalInt.of(position) : OptionalInt.empty();
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }
}
