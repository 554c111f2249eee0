package io.quantfleet.cli.client;

import io.quantfleet.cli.CliException;
import io.quantfleet.protocols.ReasonCode;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The control plane refused a request; the message is its reason. */
public final class ApiException extends CliException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;
    private final int position;
    private final transient List<Fault> faults;

    /**
     * One thing that is wrong with a document that was sent.
     *
     * @param at a JSON pointer into the document
     */
    public record Fault(String at, String message) {}

    ApiException(int status, String code, String message) {
        this(status, code, message, 0, List.of());
    }

    /** @param position of the character of a filter that goes wrong, from 1; 0 if it is about something else */
    ApiException(int status, String code, String message, int position, @Nullable List<Fault> faults) {
        super(message);
        this.faults = List.copyOf(Objects.requireNonNullElse(faults, List.of())); // Jackson: null where absent
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

    /** What is wrong with a document, one by one; empty if it is about something else. */
    public List<Fault> faults() {
        return faults;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }
}
