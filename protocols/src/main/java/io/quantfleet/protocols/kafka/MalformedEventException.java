package io.quantfleet.protocols.kafka;

/** An event that can't be understood: bad input from its producer, never worth a redelivery. */
public final class MalformedEventException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedEventException(String message) {
        super(message);
    }

    public MalformedEventException(String message, Throwable cause) {
        super(message, cause);
    }
}
