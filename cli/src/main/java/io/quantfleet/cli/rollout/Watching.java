package io.quantfleet.cli.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.UnreachableException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** Looks again and again, and prints what has changed. */
final class Watching {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    @Option(names = "--watch", description = "Look again every second, and print what has changed, until it is over.")
    private boolean watch;

    /**
     * Asks once, or until it is over. A control plane that does not answer for a while is asked again.
     *
     * @param over whether nothing will change any more
     */
    void run(Supplier<JsonNode> ask, Predicate<JsonNode> over, Consumer<JsonNode> print, PrintWriter err) {
        JsonNode last = ask.get();
        print.accept(last);
        while (watch && !over.test(last)) {
            pause();
            Optional<JsonNode> now = ask(ask, err);
            if (now.isPresent() && !now.get().equals(last)) {
                last = now.get();
                print.accept(last);
            }
        }
    }

    private static Optional<JsonNode> ask(Supplier<JsonNode> ask, PrintWriter err) {
        try {
            return Optional.of(ask.get());
        } catch (UnreachableException e) {
            err.println(e.getMessage() + "; trying again");
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
