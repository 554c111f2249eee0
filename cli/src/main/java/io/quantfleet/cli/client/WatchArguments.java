package io.quantfleet.cli.client;

import io.quantfleet.cli.CliException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The option to look again and again, and to print what has changed. */
public final class WatchArguments {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    @Option(
            names = "--watch",
            description = "Look again every second, and print it anew when it has changed, until it is over or Ctrl-C.")
    private boolean watch;

    /**
     * Asks once, or until it is over. A control plane that does not answer for a while is asked again.
     *
     * @param over whether nothing will change any more
     */
    public <T> void run(Supplier<T> ask, Predicate<T> over, Consumer<T> print, PrintWriter err) {
        T last = ask.get();
        print.accept(last);
        while (watch && !over.test(last)) {
            pause();
            Optional<T> now = ask(ask, err);
            if (now.isPresent() && !now.get().equals(last)) {
                last = now.get();
                print.accept(last);
            }
        }
    }

    /** Whether to look more than once. */
    public boolean isWatching() {
        return watch;
    }

    /** Asks once, or until it is stopped: what is asked for never ends by itself. */
    public <T> void run(Supplier<T> ask, Consumer<T> print, PrintWriter err) {
        run(ask, never -> false, print, err);
    }

    private static <T> Optional<T> ask(Supplier<T> ask, PrintWriter err) {
        try {
            return Optional.of(ask.get());
        } catch (UnreachableException e) {
            err.println(e.what() + "; it is asked again every second, until it answers or Ctrl-C");
            err.flush();
            return Optional.empty();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PERIOD.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted", e);
        }
    }
}
