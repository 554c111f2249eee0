package io.quantfleet.controlplane.live;

import static io.quantfleet.controlplane.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.subscription.Cancellable;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RevisionWatchTest {
    private final AtomicInteger number = new AtomicInteger(1);
    private final AtomicInteger looks = new AtomicInteger();
    private final RevisionWatch watch = new RevisionWatch(this::look);

    private Revision look() {
        looks.incrementAndGet();
        if (number.get() < 0) {
            throw new IllegalStateException("the database is away");
        }
        return new Revision(number.get(), 0, 0, 0);
    }

    @AfterEach
    void stop() {
        watch.stop();
    }

    @Test
    void doesNotLookWhileNobodyWatches() {
        assertThat(looks).hasValue(0);
    }

    @Test
    void oneLookServesEveryPage() {
        List<Revision> first = new CopyOnWriteArrayList<>();
        List<Revision> second = new CopyOnWriteArrayList<>();
        long begun = System.nanoTime();
        Cancellable one = watch.watch().subscribe().with(first::add);
        Cancellable two = watch.watch().subscribe().with(second::add);
        await().until(() -> !first.isEmpty() && !second.isEmpty());

        number.set(2);
        await().until(() -> first.size() == 2 && second.size() == 2);

        long seconds = (System.nanoTime() - begun) / 1_000_000_000;
        assertThat((long) looks.get()).isBetween(2L, 2 + seconds);
        one.cancel();
        two.cancel();
    }

    @Test
    void goesOnAfterTheDatabaseWasAway() {
        List<Revision> seen = new CopyOnWriteArrayList<>();
        Cancellable page = watch.watch().subscribe().with(seen::add);
        await().until(() -> seen.size() == 1);

        number.set(-1);
        watch.tick();
        number.set(5);

        await().until(() -> seen.size() == 2);
        assertThat(seen.get(1).devices()).isEqualTo(5);
        page.cancel();
    }

    @Test
    void stopsLookingWhenTheLastPageIsClosed() {
        Cancellable page = watch.watch().subscribe().with(revision -> {});
        await().until(() -> looks.get() > 0);

        page.cancel();

        int then = looks.get();
        await().during(java.time.Duration.ofMillis(1500)).until(() -> looks.get() <= then + 1);
    }
}
