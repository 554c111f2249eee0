package io.quantfleet.cli.stack;

import io.quantfleet.cli.CliException;
import io.quantfleet.cli.client.UnreachableException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Asks until there is an answer. That the control plane can't be reached for a while is no failure: it is being
 * restarted.
 */
public final class Waiting {
    private static final Duration PAUSE = Duration.ofMillis(250);

    private Waiting() {}

    /**
     * The first answer that {@code ask} gives.
     *
     * @throws CliException if there is none within {@code limit}, ending in what {@code state} says then
     */
    public static <T> T until(Duration limit, Supplier<Optional<T>> ask, Supplier<String> state) {
        Instant deadline = Instant.now().plus(limit);
        while (true) {
            Optional<UnreachableException> unreachable = Optional.empty();
            try {
                Optional<T> answer = ask.get();
                if (answer.isPresent()) {
                    return answer.get();
                }
            } catch (UnreachableException e) {
                unreachable = Optional.of(e);
            }
            if (Instant.now().isAfter(deadline)) {
                String last = unreachable.map(Throwable::getMessage).orElseGet(state);
                throw new CliException("not done after " + limit.toSeconds() + " s: " + last);
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted", e);
        }
    }
}
