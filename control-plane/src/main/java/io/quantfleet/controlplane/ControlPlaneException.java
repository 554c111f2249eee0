package io.quantfleet.controlplane;

import io.quantfleet.protocols.ReasonCode;

/**
 * The root of what the control plane throws: a request that can't be carried out, with the stable code that REST shows
 * for it. The message is for the user: it names the thing, its state and, where there is one, the remedy.
 */
public class ControlPlaneException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ReasonCode code;

    public ControlPlaneException(ReasonCode code, String message) {
        super(message);
        this.code = code;
    }

    public ControlPlaneException(ReasonCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** A request whose content is wrong. */
    public static ControlPlaneException invalid(String message) {
        return new ControlPlaneException(ReasonCode.REQUEST_INVALID, message);
    }

    /** A request about something that isn't there. */
    public static ControlPlaneException notFound(String what) {
        return new ControlPlaneException(ReasonCode.NOT_FOUND, "there is no " + what);
    }

    public ReasonCode code() {
        return code;
    }

    /** The message, for a user; never null. */
    public String detail() {
        return String.valueOf(getMessage());
    }
}
