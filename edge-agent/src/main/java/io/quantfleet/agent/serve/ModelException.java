package io.quantfleet.agent.serve;

import io.quantfleet.agent.AgentException;

/** A model can't be loaded, or fails while it runs. */
public final class ModelException extends AgentException {
    private static final long serialVersionUID = 1L;

    private final ErrorKind kind;

    public ModelException(String message) {
        super(message);
        this.kind = ErrorKind.RUNTIME;
    }

    public ModelException(String message, Throwable cause) {
        super(message, cause);
        this.kind = ErrorKind.RUNTIME;
    }

    private ModelException(ErrorKind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** A failure that is not the runtime's. */
    static ModelException of(ErrorKind kind, String message) {
        return new ModelException(kind, message);
    }

    /** What went wrong. */
    public ErrorKind kind() {
        return kind;
    }
}
