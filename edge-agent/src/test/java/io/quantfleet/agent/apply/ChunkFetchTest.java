package io.quantfleet.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.agent.testkit.TestClock;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.artifact.ChunkRef;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChunkFetchTest implements ChunkFetch.Source {
    private static final ChunkFetch.Limits LIMITS = new ChunkFetch.Limits(Duration.ofSeconds(15), 3, 2);

    private final TestClock clock = new TestClock();
    private final List<ChunkRef> asked = new ArrayList<>();
    private final List<ChunkRef> released = new ArrayList<>();
    private int admitted = Integer.MAX_VALUE;

    @Test
    void asksForABoundedNumberAtATimeUntilAllAreStored() {
        ChunkFetch fetch = fetch(40);

        assertThat(asked).hasSize(3);
        for (int i = 0; i < 40; i++) {
            assertThat(fetch.isComplete()).isFalse();
            assertThat(fetch.asked(chunk(i).name())).hasValue(chunk(i));
            fetch.stored(chunk(i));
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
        assertThat(asked).containsExactly(chunk(0), chunk(1));
        assertThat(fetch.asked(chunk(0).name())).hasValue(chunk(0));
        fetch.stored(chunk(0));

        clock.advance(Duration.ofSeconds(2));

        assertThat(fetch.tick()).isEmpty();
        assertThat(asked).containsExactly(chunk(0), chunk(1), chunk(1));
    }

    @Test
    void waitsTwiceAsLongEachTimeFourTimesAtMost() {
        ChunkFetch fetch = fetch(1, new ChunkFetch.Limits(Duration.ofSeconds(15), 40, 2));

        for (int seconds : List.of(15, 30, 60, 60)) {
            int before = asked.size();
            clock.advance(Duration.ofSeconds(seconds - 1));
            assertThat(fetch.tick()).isEmpty();
            assertThat(asked).as("before %d s are over", seconds).hasSize(before);

            clock.advance(Duration.ofSeconds(1));

            assertThat(fetch.tick()).isEmpty();
            assertThat(asked).as("after %d s", seconds).hasSize(before + 1);
        }
    }

    @Test
    void onASlowLinkIsAskedAgainOnlyUntilAChunkHasCome() {
        ChunkFetch fetch = fetch(10);
        clock.advance(Duration.ofSeconds(20));
        assertThat(fetch.tick()).isEmpty();
        assertThat(asked).as("the first three, twice").hasSize(6);
        clock.advance(Duration.ofSeconds(20));
        fetch.stored(chunk(0));
        fetch.stored(chunk(1));
        assertThat(asked).as("and two more").hasSize(8);

        clock.advance(Duration.ofSeconds(79));
        fetch.stored(chunk(2));
        assertThat(fetch.tick()).isEmpty();
        assertThat(asked).as("while these two are waited for").hasSize(8);
        clock.advance(Duration.ofSeconds(2));

        assertThat(fetch.tick()).isEmpty();
        assertThat(asked).as("twice the 40 s that the slowest took are over").hasSize(10);
    }

    @Test
    void aClockThatJumpsHoldsNothingUpForLong() {
        ChunkFetch fetch = fetch(4);
        clock.advance(Duration.ofDays(10_000));
        fetch.stored(chunk(0));
        fetch.stored(chunk(1));
        assertThat(asked).containsExactly(chunk(0), chunk(1), chunk(2), chunk(3));
        fetch.stored(chunk(2));

        clock.advance(Duration.ofMinutes(5));

        assertThat(fetch.tick()).isEmpty();
        assertThat(asked).endsWith(chunk(3), chunk(3));
    }

    @Test
    void givesUpOnAChunkThatNeverComes() {
        ChunkFetch fetch = fetch(1);
        for (int i = 0; i < 2; i++) {
            clock.advance(LIMITS.answerWithin().multipliedBy(1L << i));
            assertThat(fetch.tick()).isEmpty();
        }

        clock.advance(LIMITS.answerWithin().multipliedBy(4));

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

        assertThat(fetch.wrong(chunk(0))).isEmpty();
        assertThat(asked).containsExactly(chunk(0), chunk(0));
        assertThat(fetch.wrong(chunk(0)))
                .hasValueSatisfying(failure -> assertThat(failure.code()).isEqualTo(ReasonCode.CHUNK_HASH_MISMATCH));
    }

    @Test
    void ignoresWhatItDidNotAskFor() {
        ChunkFetch fetch = fetch(1);

        assertThat(fetch.asked(chunk(5).name())).isEmpty();
        fetch.stored(chunk(0));
        assertThat(fetch.asked(chunk(0).name())).as("a second time").isEmpty();
    }

    @Test
    void asksForMoreWhenThereIsBandwidthAgain() {
        admitted = 2;
        ChunkFetch fetch = fetch(5);
        assertThat(asked).hasSize(2);
        fetch.stored(chunk(0));
        assertThat(asked).hasSize(2);

        admitted = 1;
        assertThat(fetch.tick()).isEmpty();

        assertThat(asked).hasSize(3);
    }

    @Override
    public boolean admits(ChunkRef chunk) {
        return admitted-- > 0;
    }

    @Override
    public void ask(List<ChunkRef> chunks) {
        asked.addAll(chunks);
    }

    @Override
    public void release(Collection<ChunkRef> chunks) {
        released.addAll(chunks);
    }

    private ChunkFetch fetch(int chunks) {
        return fetch(chunks, LIMITS);
    }

    private ChunkFetch fetch(int chunks, ChunkFetch.Limits limits) {
        ChunkFetch fetch = new ChunkFetch(
                IntStream.range(0, chunks).mapToObj(ChunkFetchTest::chunk).toList(), this, limits, clock);
        fetch.start();
        return fetch;
    }

    private static ChunkRef chunk(int i) {
        return ChunkRef.encode(("chunk " + i).getBytes(StandardCharsets.UTF_8)).ref();
    }
}
