package io.quantfleet.controlplane.filter;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.ReasonCode;

/** A filter that can't be understood, and where. */
public final class FilterException extends ControlPlaneException {
    private static final long serialVersionUID = 1;

    private final int position;

    FilterException(int position, String message) {
        super(ReasonCode.FILTER_INVALID, "at character " + position + ": " + message);
        this.position = position;
    }

    /** The character that it goes wrong at, counted from 1 in Unicode code points; one past the end if something lacks. */
    public int position() {
        return position;
    }
}
