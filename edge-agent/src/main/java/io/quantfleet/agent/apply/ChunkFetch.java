package io.quantfleet.agent.apply;

import io.quantfleet.agent.apply.Deployment.Failure;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * Which chunks to ask for, and when to ask again. Delivery at least once is no promise under overload: a broker short of
 * memory drops messages, so a chunk that does not come in time is asked for again, and so is, a few times, one whose
 * content is wrong. Asks for a bounded number at a time. For the apply thread.
 */
final class ChunkFetch {
    /** Subscribes and unsubscribes. */
    interface Source {
        /** Makes the chunk come, once more if it came before. */
        void ask(Sha256 chunk);

        /** The chunk is not wanted any more. */
        void release(Sha256 chunk);
    }

    /**
     * Limits.
     *
     * @param answerWithin how long to wait for a chunk before asking again
     * @param unanswered how often a chunk may fail to come before the deployment is given up
     * @param wrong how often a chunk may come with wrong content before that
     */
    record Limits(Duration answerWithin, int unanswered, int wrong) {
        static final Limits DEFAULT = new Limits(Duration.ofSeconds(15), 40, 3);
    }

    /** What to do with what came. */
    enum Arrival {
        /** Nobody waits for it. */
        UNWANTED,
        /** It is right: store it, then call {@link #stored}. */
        RIGHT,
        /** It is wrong, and has been asked for again. */
        WRONG,
        /** It is wrong too often. */
        HOPELESS
    }

    private static final int ASKED_AT_ONCE = 16;

    private record Asked(Instant deadline, int unanswered, int wrong) {}

    private final Source source;
    private final Limits limits;
    private final InstantSource clock;
    private final Map<Sha256, Long> sizes;
    private final Queue<Sha256> waiting;
    private final Map<Sha256, Asked> asked = new HashMap<>();

    /** @param lacking the chunks to fetch, with their sizes in bytes */
    ChunkFetch(Map<Sha256, Long> lacking, Source source, Limits limits, InstantSource clock) {
        this.sizes = new LinkedHashMap<>(lacking);
        this.waiting = new ArrayDeque<>(sizes.keySet());
        this.source = source;
        this.limits = limits;
        this.clock = clock;
    }

    /** Begins asking. */
    void start() {
        while (asked.size() < ASKED_AT_ONCE && !waiting.isEmpty()) {
            ask(waiting.remove(), 0, 0);
        }
    }

    boolean isComplete() {
        return waiting.isEmpty() && asked.isEmpty();
    }

    Arrival arrived(Sha256 chunk, byte[] content) {
        Asked ask = asked.get(chunk);
        if (ask == null) {
            return Arrival.UNWANTED;
        }
        if (content.length == sizes.getOrDefault(chunk, -1L)
                && Sha256.of(content).equals(chunk)) {
            return Arrival.RIGHT;
        }
        if (ask.wrong() + 1 >= limits.wrong()) {
            return Arrival.HOPELESS;
        }
        ask(chunk, ask.unanswered(), ask.wrong() + 1);
        return Arrival.WRONG;
    }

    void stored(Sha256 chunk) {
        asked.remove(chunk);
        source.release(chunk);
        start();
    }

    /** Asks again for what is overdue. Call only while there is a connection. Returns why to give up, if so. */
    Optional<Failure> tick() {
        Instant now = clock.instant();
        for (Map.Entry<Sha256, Asked> entry : Map.copyOf(asked).entrySet()) {
            Asked ask = entry.getValue();
            if (now.isBefore(ask.deadline())) {
                continue;
            }
            if (ask.unanswered() + 1 >= limits.unanswered()) {
                return Optional.of(new Failure(
                        ReasonCode.ARTIFACT_TIMEOUT,
                        "chunk " + entry.getKey() + " did not come, asked " + limits.unanswered() + " times"));
            }
            ask(entry.getKey(), ask.unanswered() + 1, ask.wrong());
        }
        return Optional.empty();
    }

    /** A new connection: everything asked for has been asked for anew. */
    void reconnected() {
        Instant deadline = clock.instant().plus(limits.answerWithin());
        asked.replaceAll((chunk, ask) -> new Asked(deadline, ask.unanswered(), ask.wrong()));
    }

    /** Stops waiting for anything. */
    void cancel() {
        asked.keySet().forEach(source::release);
        asked.clear();
        waiting.clear();
    }

    private void ask(Sha256 chunk, int unanswered, int wrong) {
        asked.put(chunk, new Asked(clock.instant().plus(limits.answerWithin()), unanswered, wrong));
        source.ask(chunk);
    }
}
