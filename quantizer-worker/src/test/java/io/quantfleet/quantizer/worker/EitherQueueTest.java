package io.quantfleet.quantizer.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class EitherQueueTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    private final Plain training = new Plain("training");
    private final Plain ordinary = new Plain("ordinary");
    private final EitherQueue either = new EitherQueue(List.of(training, ordinary));

    /** A queue in memory, which notes what is done with it. */
    private static final class Plain implements JobQueue {
        private final String topic;
        private final Deque<Delivery> waiting = new ArrayDeque<>();
        private final List<String> done = new ArrayList<>();

        Plain(String topic) {
            this.topic = topic;
        }

        Delivery put() {
            Delivery delivery = new Delivery(new ConsumerRecord<>(topic, 0, 0, new byte[0], new byte[0]), 1, false);
            waiting.add(delivery);
            return delivery;
        }

        @Override
        public Optional<Delivery> next(Duration timeout) {
            return Optional.ofNullable(waiting.poll());
        }

        @Override
        public boolean renew(Delivery delivery) {
            return done.add("renew");
        }

        @Override
        public void settle(Delivery delivery, Settlement settlement) {
            done.add(settlement.name());
        }

        @Override
        public Duration loanDuration() {
            return Duration.ofSeconds(topic.length());
        }

        @Override
        public void wakeup() {
            done.add("wakeup");
        }

        @Override
        public void close() {
            done.add("close");
        }
    }

    @Test
    void takesFromTheFirstQueueThatHasAJob() throws InterruptedException {
        Delivery ordinaryJob = ordinary.put();
        assertThat(either.next(SHORT)).contains(ordinaryJob);
        ordinary.put();
        Delivery trainingJob = training.put();
        assertThat(either.next(SHORT)).contains(trainingJob);
    }

    @Test
    void dealsWithTheQueueThatAJobCameFromAndClosesTheOther() throws InterruptedException {
        Delivery job = ordinary.put();
        either.next(SHORT);
        either.renew(job);
        either.settle(job, Settlement.ACCEPT);
        assertThat(ordinary.done).containsExactly("renew", "ACCEPT");
        assertThat(training.done).containsExactly("close");
        assertThat(either.loanDuration()).isEqualTo(ordinary.loanDuration());
    }

    @Test
    void givesNothingWhereNobodyHasAJobInTime() throws InterruptedException {
        assertThat(either.next(SHORT)).isEmpty();
    }

    @Test
    void returnsAtOnceOnceItIsWoken() throws InterruptedException {
        either.wakeup();
        assertThat(either.next(Duration.ofMinutes(1))).isEmpty();
        assertThat(training.done).containsExactly("wakeup");
        assertThat(ordinary.done).containsExactly("wakeup");
    }
}
