package io.quantfleet.quantizer.worker;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Several queues as one: asked in turns, the first first, until one has a job. While a job is held the other queues are closed,
 * so that they hold no jobs that nobody sees; they open again when the next job is wanted.
 *
 * <p>For one thread, but for {@link #wakeup()}.
 */
final class EitherQueue implements JobQueue {
    private static final Duration TURN = Duration.ofSeconds(1);

    private final List<JobQueue> queues;
    private JobQueue current;
    private volatile boolean woken;

    /** @param queues at least one */
    EitherQueue(List<JobQueue> queues) {
        this.queues = List.copyOf(queues);
        this.current = queues.get(0);
    }

    @Override
    public Optional<Delivery> next(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        do {
            for (JobQueue queue : queues) {
                Optional<Delivery> delivery = queue.next(turn(deadline));
                if (delivery.isPresent()) {
                    hold(queue);
                    return delivery;
                }
            }
        } while (!woken && System.nanoTime() < deadline);
        return Optional.empty();
    }

    private static Duration turn(long deadline) {
        Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
        return left.compareTo(TURN) < 0 ? left : TURN;
    }

    private void hold(JobQueue queue) {
        current = queue;
        queues.stream().filter(other -> other != queue).forEach(JobQueue::close);
    }

    @Override
    public boolean renew(Delivery delivery) throws InterruptedException {
        return current.renew(delivery);
    }

    @Override
    public void settle(Delivery delivery, Settlement settlement) throws InterruptedException {
        current.settle(delivery, settlement);
    }

    @Override
    public Duration loanDuration() {
        return current.loanDuration();
    }

    @Override
    public void wakeup() {
        woken = true;
        queues.forEach(JobQueue::wakeup);
    }

    @Override
    public void close() {
        queues.forEach(JobQueue::close);
    }
}
