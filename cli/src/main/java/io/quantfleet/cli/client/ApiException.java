package io.quantfleet.cli.client;

import io.quantfleet.cli.CliException;
import io.quantfleet.protocols.ReasonCode;

/** The control plane refused a request; the message is its reason. */
public final class ApiException extends CliException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    ApiException(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    /** Whether this is the reason. */
    public boolean is(ReasonCode reason) {
        return code.equals(reason.name());
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }
}
