package io.quantfleet.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.testkit.TestClock;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChunkFetchTest implements ChunkFetch.Source {
    private static final ChunkFetch.Limits LIMITS = new ChunkFetch.Limits(Duration.ofSeconds(15), 3, 2);

    private final TestClock clock = new TestClock();
    private final List<Sha256> asked = new ArrayList<>();
    private final List<Sha256> released = new ArrayList<>();

    @Test
    void asksForABoundedNumberAtATimeUntilAllAreStored() {
        ChunkFetch fetch = fetch(40);

        assertThat(asked).hasSize(16);
        for (int i = 0; i < 40; i++) {
            assertThat(fetch.isComplete()).isFalse();
            assertThat(fetch.arrived(hash(i), content(i))).isEqualTo(ChunkFetch.Arrival.RIGHT);
            fetch.stored(hash(i));
        }

        assertThat(fetch.isComplete()).isTrue();
        assertThat(asked).hasSize(40).doesNotHaveDuplicates();
        assertThat(released).hasSize(40);
    }

    @Test
    void asksAgainForAChunkThatDoesNotCome() {
        ChunkFetch fetch = fetch(2);
        clock.advance(Duration.ofSeconds(14));
        assertThat(fetch.tick()).isEmpty();
        assertThat(asked).containsExactly(hash(0), hash(1));
        assertThat(fetch.arrived(hash(0), content(0))).isEqualTo(ChunkFetch.Arrival.RIGHT);
        fetch.stored(hash(0));

        clock.advance(Duration.ofSeconds(2));

        assertThat(fetch.tick()).isEmpty();
        assertThat(asked).containsExactly(hash(0), hash(1), hash(1));
    }

    @Test
    void givesUpOnAChunkThatNeverComes() {
        ChunkFetch fetch = fetch(1);
        for (int i = 0; i < 2; i++) {
            clock.advance(LIMITS.answerWithin());
            assertThat(fetch.tick()).isEmpty();
        }

        clock.advance(LIMITS.answerWithin());

        assertThat(fetch.tick())
                .hasValueSatisfying(failure -> assertThat(failure.code()).isEqualTo(ReasonCode.ARTIFACT_TIMEOUT));
    }

    @Test
    void aNewConnectionStartsTheWaitingAnew() {
        ChunkFetch fetch = fetch(1);
        clock.advance(LIMITS.answerWithin());

        fetch.reconnected();

        assertThat(fetch.tick()).isEmpty();
        assertThat(asked).hasSize(1);
    }

    @Test
    void asksAgainForWrongContentABoundedNumberOfTimes() {
        ChunkFetch fetch = fetch(1);

        assertThat(fetch.arrived(hash(0), content(7))).isEqualTo(ChunkFetch.Arrival.WRONG);
        assertThat(asked).containsExactly(hash(0), hash(0));
        assertThat(fetch.arrived(hash(0), new byte[0])).isEqualTo(ChunkFetch.Arrival.HOPELESS);
    }

    @Test
    void ignoresWhatItDidNotAskFor() {
        ChunkFetch fetch = fetch(1);

        assertThat(fetch.arrived(hash(5), content(5))).isEqualTo(ChunkFetch.Arrival.UNWANTED);
        fetch.stored(hash(0));
        assertThat(fetch.arrived(hash(0), content(0))).as("a second time").isEqualTo(ChunkFetch.Arrival.UNWANTED);
    }

    @Override
    public void ask(Sha256 chunk) {
        asked.add(chunk);
    }

    @Override
    public void release(Sha256 chunk) {
        released.add(chunk);
    }

    private ChunkFetch fetch(int chunks) {
        Map<Sha256, Long> lacking = new LinkedHashMap<>();
        IntStream.range(0, chunks).forEach(i -> lacking.put(hash(i), (long) content(i).length));
        ChunkFetch fetch = new ChunkFetch(lacking, this, LIMITS, clock);
        fetch.start();
        return fetch;
    }

    private static byte[] content(int i) {
        return ("chunk " + i).getBytes(StandardCharsets.UTF_8);
    }

    private static Sha256 hash(int i) {
        return Sha256.of(content(i));
    }
}
