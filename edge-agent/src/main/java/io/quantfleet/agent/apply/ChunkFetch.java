package io.quantfleet.agent.apply;

import io.quantfleet.agent.apply.Deployment.Failure;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ChunkRef;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * Which chunks to ask for, and when to ask again. Delivery at least once is no promise under overload: a broker short of
 * memory drops messages, so a chunk that does not come in time is asked for again, and so is, a few times, one whose
 * content is wrong. Asks for a bounded number at a time. For the apply thread.
 */
final class ChunkFetch {
    /** Where chunks come from. */
    interface Source {
        /** Whether there is bandwidth for the chunk now; counts it as asked for if so. */
        boolean admits(ChunkRef chunk);

        /** Makes the chunks come, once more if they came before. */
        void ask(List<ChunkRef> chunks);

        /** The chunks are not wanted any more. */
        void release(Collection<ChunkRef> chunks);
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
        private static final long SPREAD_MILLIS = 5000;

        /** The usual limits, a little longer on each device, so that a fleet that lost a broker's messages does not ask in chorus. */
        static Limits of(DeviceId device) {
            long more = Math.floorMod(device.hashCode(), SPREAD_MILLIS);
            return new Limits(DEFAULT.answerWithin().plusMillis(more), DEFAULT.unanswered(), DEFAULT.wrong());
        }
    }

    /** A broker holds whatever is asked for, for every device. */
    private static final int ASKED_AT_ONCE = 3;

    /** One comes while the next two are asked for, together. */
    private static final int ASKED_TOGETHER = 2;

    /** Subscriptions that have had their message do no harm for a while. */
    private static final int RELEASED_TOGETHER = 8;

    private record Asked(ChunkRef chunk, Instant deadline, int unanswered, int wrong) {}

    private final Source source;
    private final Limits limits;
    private final InstantSource clock;
    private final Queue<ChunkRef> waiting;
    private final Map<Sha256, Asked> asked = new HashMap<>();
    private final List<ChunkRef> had = new ArrayList<>();

    /** @param lacking the chunks to fetch, each once */
    ChunkFetch(Collection<ChunkRef> lacking, Source source, Limits limits, InstantSource clock) {
        this.waiting = new ArrayDeque<>(lacking);
        this.source = source;
        this.limits = limits;
        this.clock = clock;
    }

    /** Begins asking. */
    void start() {
        if (asked.size() > ASKED_AT_ONCE - ASKED_TOGETHER) {
            return;
        }
        List<ChunkRef> next = new ArrayList<>();
        while (asked.size() < ASKED_AT_ONCE && !waiting.isEmpty() && source.admits(waiting.element())) {
            ChunkRef chunk = waiting.remove();
            note(chunk, 0, 0);
            next.add(chunk);
        }
        if (!next.isEmpty()) {
            source.ask(next);
        }
    }

    boolean isComplete() {
        return waiting.isEmpty() && asked.isEmpty();
    }

    /** The chunk of that published name, if it was asked for and has not come. */
    Optional<ChunkRef> asked(Sha256 name) {
        return Optional.ofNullable(asked.get(name)).map(Asked::chunk);
    }

    /** The chunk came, and is safe. */
    void stored(ChunkRef chunk) {
        asked.remove(chunk.name());
        had.add(chunk);
        if (had.size() >= RELEASED_TOGETHER || isComplete()) {
            source.release(had);
            had.clear();
        }
        start();
    }

    /** Other bytes came than the chunk's. Asks again, or returns why to give up. */
    Optional<Failure> wrong(ChunkRef chunk) {
        Asked ask = asked.get(chunk.name());
        if (ask == null) {
            return Optional.empty();
        }
        if (ask.wrong() + 1 >= limits.wrong()) {
            return Optional.of(new Failure(
                    ReasonCode.CHUNK_HASH_MISMATCH,
                    "chunk " + chunk.name() + " came with other content " + limits.wrong() + " times"));
        }
        ask(chunk, ask.unanswered(), ask.wrong() + 1);
        return Optional.empty();
    }

    /** Asks again for what is overdue, and for more where bandwidth was lacking. Call only while there is a connection. Returns why to give up, if so. */
    Optional<Failure> tick() {
        Instant now = clock.instant();
        for (Asked ask : List.copyOf(asked.values())) {
            if (now.isBefore(ask.deadline())) {
                continue;
            }
            if (ask.unanswered() + 1 >= limits.unanswered()) {
                return Optional.of(new Failure(
                        ReasonCode.ARTIFACT_TIMEOUT,
                        "chunk " + ask.chunk().name() + " did not come, asked " + limits.unanswered() + " times"));
            }
            ask(ask.chunk(), ask.unanswered() + 1, ask.wrong());
        }
        start();
        return Optional.empty();
    }

    /** A new connection: everything asked for has been asked for anew. */
    void reconnected() {
        Instant deadline = clock.instant().plus(limits.answerWithin());
        asked.replaceAll((name, ask) -> new Asked(ask.chunk(), deadline, ask.unanswered(), ask.wrong()));
    }

    /** Stops waiting for anything. */
    void cancel() {
        asked.values().forEach(ask -> had.add(ask.chunk()));
        if (!had.isEmpty()) {
            source.release(had);
        }
        had.clear();
        asked.clear();
        waiting.clear();
    }

    private void ask(ChunkRef chunk, int unanswered, int wrong) {
        note(chunk, unanswered, wrong);
        source.ask(List.of(chunk));
    }

    private void note(ChunkRef chunk, int unanswered, int wrong) {
        asked.put(chunk.name(), new Asked(chunk, clock.instant().plus(limits.answerWithin()), unanswered, wrong));
    }
}
