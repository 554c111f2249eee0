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
 *
 * <p>What is in time follows the link, for whoever asks again for what is still on its way gets it twice and makes a slow
 * link slower: waits double with each time a chunk is asked for, and once one has come, others get twice as long as the
 * slowest took, counted from when it was first asked for (RFC 6298 does so for TCP).
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
     * @param answerWithin how long to wait for a chunk, at least, before asking again
     * @param unanswered how often a chunk may fail to come before the deployment is given up
     * @param wrong how often a chunk may come with wrong content before that
     */
    record Limits(Duration answerWithin, int unanswered, int wrong) {
        static final Limits DEFAULT = new Limits(Duration.ofSeconds(15), 12, 3);
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

    /** How often waiting for a chunk doubles, at most. */
    private static final int DOUBLINGS = 2;

    /** Longer than a chunk takes over any link that is of use, so that a clock that jumps holds nothing up for longer. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private record Asked(ChunkRef chunk, Instant since, Instant deadline, int unanswered, int wrong) {}

    private final Source source;
    private final Limits limits;
    private final InstantSource clock;
    private final Queue<ChunkRef> waiting;
    private final Map<Sha256, Asked> asked = new HashMap<>();
    private final List<ChunkRef> had = new ArrayList<>();
    private Duration slowest = Duration.ZERO;

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
            note(chunk, clock.instant(), 0, 0);
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
        Asked ask = asked.remove(chunk.name());
        if (ask != null) {
            slowest = longer(slowest, Duration.between(ask.since(), clock.instant()));
        }
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
        askAgain(ask, ask.unanswered(), ask.wrong() + 1);
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
            askAgain(ask, ask.unanswered() + 1, ask.wrong());
        }
        start();
        return Optional.empty();
    }

    /** A new connection: everything asked for has been asked for anew. */
    void reconnected() {
        Instant now = clock.instant();
        List.copyOf(asked.values()).forEach(ask -> note(ask.chunk(), now, ask.unanswered(), ask.wrong()));
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

    private void askAgain(Asked ask, int unanswered, int wrong) {
        note(ask.chunk(), ask.since(), unanswered, wrong);
        source.ask(List.of(ask.chunk()));
    }

    private void note(ChunkRef chunk, Instant since, int unanswered, int wrong) {
        Instant deadline = clock.instant().plus(answerWithin(unanswered));
        asked.put(chunk.name(), new Asked(chunk, since, deadline, unanswered, wrong));
    }

    private Duration answerWithin(int unanswered) {
        Duration backedOff = limits.answerWithin().multipliedBy(1L << Math.min(unanswered, DOUBLINGS));
        Duration wanted = longer(backedOff, slowest.multipliedBy(2));
        return wanted.compareTo(LONGEST_WAIT) < 0 ? wanted : LONGEST_WAIT;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
