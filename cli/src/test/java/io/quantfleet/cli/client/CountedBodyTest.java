package io.quantfleet.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import org.junit.jupiter.api.Test;

class CountedBodyTest {
    private static final int SIZE = 100_000;

    /** Takes everything. */
    private static final class Sink implements Subscriber<ByteBuffer> {
        private int bytes;
        private boolean complete;

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ByteBuffer part) {
            bytes += part.remaining();
        }

        @Override
        public void onError(Throwable failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void onComplete() {
            complete = true;
        }
    }

    @Test
    void saysHowMuchWasTakenAndChangesNothing() {
        List<Long> taken = new ArrayList<>();
        Sink sink = new Sink();

        new CountedBody(BodyPublishers.ofByteArray(new byte[SIZE]), (bytes, all) -> {
                    assertThat(all).isEqualTo(SIZE);
                    taken.add(bytes);
                })
                .subscribe(sink);

        assertThat(sink.bytes).isEqualTo(SIZE);
        assertThat(sink.complete).isTrue();
        assertThat(taken).hasSizeGreaterThan(1).isSorted().endsWith((long) SIZE);
    }
}
