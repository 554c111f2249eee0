package io.quantfleet.cli.bench;

import io.quantfleet.cli.stack.Installation;
import io.quantfleet.cli.stack.Stack;
import io.quantfleet.cli.stack.StackOptions;
import io.quantfleet.cli.stack.StopOnExit;
import io.quantfleet.cli.stack.TemporaryDirectory;
import io.quantfleet.cli.terminal.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;

/** The stack of one bench: in a directory that goes with it, and stopped when this process ends. */
final class BenchStack {
    private BenchStack() {}

    /** @param longestPause before a program that ended is started again */
    static Stack start(Progress progress, int workers, Duration longestPause) {
        return start(progress, workers, longestPause, Map.of());
    }

    /**
     * As {@link #start(Progress, int, Duration)}.
     *
     * @param controlPlane variables of the control plane's environment that are not as usual
     */
    static Stack start(Progress progress, int workers, Duration longestPause, Map<String, String> controlPlane) {
        Path root = TemporaryDirectory.create();
        StackOptions options = new StackOptions(root, OptionalInt.empty(), workers, controlPlane);
        Stack stack = Stack.open(options, Installation.current(), progress, longestPause);
        StopOnExit.install(stack, progress, () -> TemporaryDirectory.delete(root));
        stack.start();
        return stack;
    }
}
