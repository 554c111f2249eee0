package io.quantfleet.quantizer.worker;

import io.quantfleet.protocols.ReasonCode;
import java.util.function.Function;
import java.util.function.Supplier;

/** What became of a delivered job. */
sealed interface Outcome {
    /** The job ended, well or badly, and its end was published. */
    record Done() implements Outcome {
        @Override
        public <T> T match(Supplier<T> done, Function<RetryLater, T> retryLater, Function<Reject, T> reject) {
            return done.get();
        }
    }

    /** Something that the job needs is away: the job itself is not at fault and waits. */
    record RetryLater(String reason) implements Outcome {
        @Override
        public <T> T match(Supplier<T> done, Function<RetryLater, T> retryLater, Function<Reject, T> reject) {
            return retryLater.apply(this);
        }
    }

    /** Nobody can make sense of it, now or ever: it goes to the dead letters. */
    record Reject(ReasonCode code, String reason) implements Outcome {
        @Override
        public <T> T match(Supplier<T> done, Function<RetryLater, T> retryLater, Function<Reject, T> reject) {
            return reject.apply(this);
        }
    }

    /** Calls the function of this outcome's kind. */
    <T> T match(Supplier<T> done, Function<RetryLater, T> retryLater, Function<Reject, T> reject);
}
