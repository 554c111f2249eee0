package io.quantfleet.cli;

/** The command is being stopped, so what it was doing comes to nothing. Nobody needs to be told. */
public final class StoppingException extends CliException {
    private static final long serialVersionUID = 1;

    public StoppingException() {
        super("stopping");
    }
}
