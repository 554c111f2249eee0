package io.quantfleet.controlplane.storage;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.ReasonCode;

/** The database is away or not prepared yet; the same call may succeed later. */
public final class DatabaseUnavailableException extends ControlPlaneException {
    private static final long serialVersionUID = 1;

    DatabaseUnavailableException(String message) {
        super(ReasonCode.UNAVAILABLE, message);
    }

    DatabaseUnavailableException(String message, Throwable cause) {
        super(ReasonCode.UNAVAILABLE, message, cause);
    }
}
