package io.quantfleet.agent.serve;

import static io.quantfleet.agent.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ServingLoopTest implements ServingObserver {
    private final List<Boolean> answers = new CopyOnWriteArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();

    @Test
    void goesRoundTheProbeSetInAnotherOrderEachTime() {
        FixedModel model = new FixedModel(0, false);
        try (ServingLoop loop = new ServingLoop(this, Duration.ofMillis(1), new Random(7))) {
            loop.serve(model, () -> {});
            await().until(() -> answers.size() >= 40);
        }

        List<List<Boolean>> passes = IntStream.range(0, 20)
                .mapToObj(pass -> answers.subList(2 * pass, 2 * pass + 2))
                .toList();
        assertThat(passes).allSatisfy(pass -> assertThat(pass).containsExactlyInAnyOrder(true, false));
        assertThat(passes).contains(List.of(true, false), List.of(false, true));
        assertThat(model.closed).isTrue();
    }

    @Test
    void exchangesModelsBetweenTwoInferences() {
        FixedModel first = new FixedModel(0, false);
        FixedModel second = new FixedModel(1, false);
        try (ServingLoop loop = new ServingLoop(this, Duration.ofMillis(1), new Random(7))) {
            loop.serve(first, () -> {});
            await().until(() -> !answers.isEmpty());

            loop.serve(second, () -> assertThat(first.closed).isFalse());

            assertThat(first.closed).isTrue();
            assertThat(second.closed).isFalse();
        }
    }

    @Test
    void countsFailuresAndGoesOn() {
        try (ServingLoop loop = new ServingLoop(this, Duration.ofMillis(1), new Random(7))) {
            loop.serve(new FixedModel(0, true), () -> {});
            await().until(() -> failures.get() >= 3);
        }

        assertThat(answers).isEmpty();
    }

    @Override
    public void answered(Model.Answer answer, boolean right) {
        answers.add(right);
    }

    @Override
    public void failed(ErrorKind kind) {
        failures.incrementAndGet();
    }

    /** Two samples, labelled 0 and 1. */
    private static final class FixedModel implements Model {
        private final int answer;
        private final boolean failing;
        private volatile boolean closed;

        FixedModel(int answer, boolean failing) {
            this.answer = answer;
            this.failing = failing;
        }

        @Override
        public int samples() {
            return 2;
        }

        @Override
        public int label(int sample) {
            return sample;
        }

        @Override
        public Answer classify(int sample) {
            if (failing || closed) {
                throw new ModelException("broken");
            }
            return new Answer(answer, 1000);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
