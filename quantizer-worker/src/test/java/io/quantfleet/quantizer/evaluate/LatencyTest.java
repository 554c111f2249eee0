package io.quantfleet.quantizer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.quantizer.onnx.TinyModel;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatencyTest {

    @Test
    void takesQuantilesOfWhatWasMeasured() {
        long[] runs = LongStream.rangeClosed(1, 100)
                .map(i -> 101 - i)
                .map(millis -> millis * 1_000_000)
                .toArray();

        assertThat(Latency.ofNanos(runs)).isEqualTo(new Latency(50, 95));
        assertThat(Latency.ofNanos(new long[] {2_500_000})).isEqualTo(new Latency(2.5, 2.5));
    }

    private static List<Latency> measure(LatencyPlan plan, AtomicLong clock, List<Double> progress) {
        TinyModel model = TinyModel.opset(17)
                .input("x", -1, 2)
                .node("Relu", List.of("x"), "y")
                .output("y", -1, 2);
        TinySamples samples = new TinySamples(new float[][] {{1, 2}, {3, 4}}, 0, 1);
        try (OnnxSession one = OnnxSession.open(model.direct(), RuntimeOptions.threads(1));
                OnnxSession two = OnnxSession.open(model.direct(), RuntimeOptions.threads(1))) {
            return new LatencyMeter(samples, plan, () -> clock.getAndAdd(1_000_000), progress::add)
                    .measure(List.of(one, two));
        }
    }

    @Test
    void measuresEveryModelByTheClock() {
        List<Double> progress = new ArrayList<>();

        List<Latency> latencies = measure(new LatencyPlan(2, 10, 1, Duration.ofDays(1)), new AtomicLong(), progress);

        assertThat(latencies).containsExactly(new Latency(1, 1), new Latency(1, 1));
        assertThat(progress).containsExactly(0.6, 1.0);
    }

    @Test
    void stopsWhenTimeIsUpButNotBeforeTheFewest() {
        List<Double> progress = new ArrayList<>();

        measure(new LatencyPlan(0, 1000, 12, Duration.ZERO), new AtomicLong(), progress);

        assertThat(progress).containsExactly(0.006, 0.012);
    }
}
