package io.quantfleet.agent;

import static io.quantfleet.agent.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
    private final SerialExecutor serial = new SerialExecutor(threads);

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    void runsTasksOneAfterAnotherInTheirOrder() throws InterruptedException {
        List<Integer> order = new ArrayList<>(); // not synchronised: what one task wrote the next one sees
        IntStream.range(0, 10_000).forEach(i -> serial.execute(() -> order.add(i)));

        serial.close();

        assertThat(order)
                .containsExactlyElementsOf(IntStream.range(0, 10_000).boxed().toList());
    }

    @Test
    void leavesTheThreadsToOthersBetweenTasks() {
        ScheduledExecutorService one = Executors.newSingleThreadScheduledExecutor();
        AtomicInteger busy = new AtomicInteger();
        CountDownLatch other = new CountDownLatch(1);
        SerialExecutor greedy = new SerialExecutor(one);
        Runnable again = new Runnable() {
            @Override
            public void run() {
                busy.incrementAndGet();
                greedy.execute(this);
            }
        };
        try {
            greedy.execute(again);
            new SerialExecutor(one).execute(other::countDown);

            await().until(() -> other.getCount() == 0);
            assertThat(busy).hasPositiveValue();
        } finally {
            one.shutdownNow();
        }
    }

    @Test
    void goesOnAfterATaskThatThrows() throws InterruptedException {
        AtomicInteger ran = new AtomicInteger();
        serial.execute(() -> {
            throw new IllegalStateException("thrown by a test");
        });
        serial.execute(ran::incrementAndGet);

        serial.close();

        assertThat(ran).hasValue(1);
    }

    @Test
    void runsPeriodicTasksUntilClosed() throws InterruptedException {
        AtomicInteger ran = new AtomicInteger();
        serial.every(Duration.ofMillis(1), ran::incrementAndGet);
        await().untilAtomic(ran, org.hamcrest.Matchers.greaterThan(3));

        serial.close();
        int atTheEnd = ran.get();
        serial.execute(ran::incrementAndGet);

        assertThat(ran).hasValue(atTheEnd);
    }

    @Test
    void aSlowOneIsNotRunMoreOftenToCatchUp() {
        CountDownLatch slow = new CountDownLatch(1);
        AtomicInteger ticks = new AtomicInteger();
        AtomicInteger otherTicks = new AtomicInteger();
        serial.every(Duration.ofMillis(1), ticks::incrementAndGet);
        await().untilAtomic(ticks, org.hamcrest.Matchers.greaterThan(1));
        serial.execute(() -> awaitQuietly(slow));
        new SerialExecutor(threads).every(Duration.ofMillis(1), otherTicks::incrementAndGet);
        await().untilAtomic(otherTicks, org.hamcrest.Matchers.greaterThan(50));
        int before = ticks.get();
        AtomicInteger when = new AtomicInteger();
        serial.execute(() -> when.set(ticks.get()));

        slow.countDown();

        await().untilAtomic(when, org.hamcrest.Matchers.greaterThan(0));
        assertThat(when.get() - before).isLessThanOrEqualTo(1);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
