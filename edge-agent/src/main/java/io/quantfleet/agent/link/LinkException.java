package io.quantfleet.agent.link;

import io.quantfleet.agent.AgentException;

/** A message could not be handed to the broker. */
public final class LinkException extends AgentException {
    private static final long serialVersionUID = 1L;

    public LinkException(String message) {
        super(message);
    }

    public LinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
