package io.quantfleet.cli.stack;

import io.quantfleet.cli.terminal.Progress;

/** Stops a stack when this process ends, for whatever reason it may: Ctrl-C, a signal, a failure. */
public final class StopOnExit {
    private StopOnExit() {}

    /** Registers the stop, and what is to be done once everything has stopped. */
    public static void install(Stack stack, Progress progress, Runnable afterwards) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            progress.close();
                            progress.line("Stopping every process ...");
                            stack.close();
                            afterwards.run();
                        },
                        "stop-stack"));
    }
}
