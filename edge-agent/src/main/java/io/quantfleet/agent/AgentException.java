package io.quantfleet.agent;

/**
 * Something the agent can't go on without is broken or refused: the root of the module's unchecked exceptions. Outcomes
 * that callers plan for are return values instead.
 */
public class AgentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public AgentException(String message) {
        super(message);
    }

    public AgentException(String message, Throwable cause) {
        super(message, cause);
    }
}
