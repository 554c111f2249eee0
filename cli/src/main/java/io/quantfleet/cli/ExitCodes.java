package io.quantfleet.cli;

import io.quantfleet.cli.client.UnreachableException;
import picocli.CommandLine;

/** The exit codes that all commands have in common; {@code docs/command-line.md} lists them with the others. */
public final class ExitCodes {
    /** It did what it should, and found what it was to look for: differences, say, or faults. */
    public static final int FOUND = 3;

    /** The control plane doesn't answer or is not available; the same command may succeed later. */
    public static final int UNREACHABLE = 5;

    private ExitCodes() {}

    static int of(Exception failure) {
        return failure instanceof UnreachableException ? UNREACHABLE : CommandLine.ExitCode.SOFTWARE;
    }
}
