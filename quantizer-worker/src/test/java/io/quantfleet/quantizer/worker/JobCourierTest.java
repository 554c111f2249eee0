package io.quantfleet.quantizer.worker;

import static io.quantfleet.quantizer.worker.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the courier does when loans are lost and jobs come back. Loans last 60 ms here. */
@Timeout(600)
class JobCourierTest {
    private final FakeQueue queue = new FakeQueue();
    private final List<Long> begun = new CopyOnWriteArrayList<>();
    private final CountDownLatch gate = new CountDownLatch(1);
    private final JobCourier courier =
            new JobCourier(queue, this::work, new WorkerMetrics(new Capabilities(false)), Duration.ofMillis(200));
    private final Thread thread = new Thread(this::run, "courier");

    @AfterEach
    void stop() throws InterruptedException {
        courier.stop();
        thread.join();
    }

    @Test
    void renewsTheLoanForAsLongAsTheJobRuns() {
        queue.deliver(delivery(0));
        thread.start();

        await().until(() -> queue.renewals.size() >= 4);
        gate.countDown();

        await().until(() -> queue.settled.contains("0 ACCEPT"));
        assertThat(begun).containsExactly(0L);
    }

    @Test
    void takesUpARunningJobAgainWhenItsRecordComesBack() {
        queue.deliver(delivery(0));
        thread.start();
        await().until(() -> begun.contains(0L));

        queue.loseNextRenewal = true;
        await().until(() -> !queue.loseNextRenewal);
        queue.deliver(delivery(0));
        int renewals = queue.renewals.size();
        await().until(() -> queue.renewals.size() > renewals);
        gate.countDown();

        await().until(() -> queue.settled.contains("0 ACCEPT"));
        assertThat(begun).containsExactly(0L);
    }

    @Test
    void acceptsAFinishedJobThatComesBackWithoutDoingItAgain() {
        queue.deliver(delivery(0));
        thread.start();
        await().until(() -> begun.contains(0L));
        queue.loseNextRenewal = true;
        await().until(() -> !queue.loseNextRenewal);
        gate.countDown();
        await().until(() -> queue.lastTimeout.compareTo(Duration.ofSeconds(10)) > 0);

        queue.deliver(delivery(0));

        await().until(() -> queue.settled.contains("0 ACCEPT"));
        assertThat(begun).containsExactly(0L);
    }

    @Test
    void keepsAnotherJobWaitingUntilTheRunningOneIsDone() {
        queue.deliver(delivery(0));
        thread.start();
        await().until(() -> begun.contains(0L));
        queue.loseNextRenewal = true;
        await().until(() -> !queue.loseNextRenewal);
        queue.deliver(delivery(1));

        await().until(() ->
                queue.renewals.stream().filter(offset -> offset == 1).count() >= 3);
        assertThat(begun).containsExactly(0L);
        gate.countDown();

        await().until(() -> queue.settled.contains("1 ACCEPT"));
        assertThat(begun).containsExactly(0L, 1L);
        assertThat(queue.settled).containsExactly("1 ACCEPT");
    }

    @Test
    void doesNotBeginAJobWhoseLoanIsAlreadyLost() {
        gate.countDown();
        queue.loseNextRenewal = true;
        queue.deliver(delivery(0));
        queue.deliver(delivery(1));
        thread.start();

        await().until(() -> queue.settled.contains("1 ACCEPT"));
        assertThat(begun).containsExactly(1L);
    }

    @Test
    void givesBackARunningJobWhenItStops() throws InterruptedException {
        queue.deliver(delivery(0));
        thread.start();
        await().until(() -> begun.contains(0L));

        courier.stop();
        thread.join();

        assertThat(queue.settled).containsExactly("0 RELEASE");
        assertThat(queue.closed).isTrue();
    }

    private Callable<Settlement> work(Delivery delivery) {
        return () -> {
            begun.add(delivery.id().offset());
            try {
                gate.await();
                return Settlement.ACCEPT;
            } catch (InterruptedException e) {
                return Settlement.RELEASE;
            }
        };
    }

    private void run() {
        try {
            courier.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Delivery delivery(long offset) {
        return new Delivery(new ConsumerRecord<>("jobs", 0, offset, new byte[0], new byte[0]), 1, false);
    }

    private static final class FakeQueue implements JobQueue {
        private static final Delivery WAKEUP = delivery(-1);

        final List<Long> renewals = new CopyOnWriteArrayList<>();
        final List<String> settled = new CopyOnWriteArrayList<>();
        private final LinkedBlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
        private final Queue<Delivery> onLoan = new ArrayDeque<>();
        volatile Duration lastTimeout = Duration.ZERO;
        volatile boolean loseNextRenewal;
        volatile boolean closed;

        void deliver(Delivery delivery) {
            deliveries.add(delivery);
        }

        @Override
        public Optional<Delivery> next(Duration timeout) throws InterruptedException {
            assertThat(onLoan).as("one loan at a time").isEmpty();
            lastTimeout = timeout;
            Delivery next = deliveries.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (next == null || next.equals(WAKEUP)) {
                return Optional.empty();
            }
            onLoan.add(next);
            return Optional.of(next);
        }

        @Override
        public boolean renew(Delivery delivery) {
            renewals.add(delivery.id().offset());
            if (loseNextRenewal) {
                onLoan.clear();
                loseNextRenewal = false;
                return false;
            }
            return true;
        }

        @Override
        public void settle(Delivery delivery, Settlement settlement) {
            onLoan.clear();
            settled.add(delivery.id().offset() + " " + settlement);
        }

        @Override
        public Duration loanDuration() {
            return Duration.ofMillis(60);
        }

        @Override
        public void wakeup() {
            deliveries.add(WAKEUP);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
