package io.quantfleet.cli.stack;

import io.quantfleet.cli.terminal.Progress;

/** Stops a stack when this process ends, for whatever reason it may: Ctrl-C, a signal, a failure. */
public final class StopOnExit {
    private StopOnExit() {}

    /** Registers the stop. */
    public static void install(Stack stack, Progress progress) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            progress.close();
                            stack.close();
                        },
                        "stop-stack"));
    }
}
