package io.quantfleet.agent.serve;

import io.quantfleet.agent.AgentException;

/** A model can't be loaded, or fails while it runs. */
public final class ModelException extends AgentException {
    private static final long serialVersionUID = 1L;

    public ModelException(String message) {
        super(message);
    }

    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
