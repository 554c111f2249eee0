package io.quantfleet.cli.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.quantfleet.agent.serve.Model;
import io.quantfleet.agent.serve.ProbeAnswers;
import io.quantfleet.cli.CliException;
import io.quantfleet.protocols.v1.ProbeSet;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BehaviourTest {
    @Test
    void latenciesHaveTheMedianAndThe95thPercentileThatWereGiven() {
        Distribution.Latency latency = Distribution.Latency.parse("8ms:14ms");
        Random random = new Random(1);
        double[] drawn = IntStream.range(0, 20_000)
                .mapToDouble(i -> latency.sample(random))
                .sorted()
                .toArray();

        assertThat(drawn[10_000] / 1e6).isCloseTo(8, within(0.2));
        assertThat(drawn[19_000] / 1e6).isCloseTo(14, within(0.5));
        assertThat(Distribution.Latency.parse("250us"))
                .isEqualTo(new Distribution.Latency(Duration.ofNanos(250_000), Duration.ofNanos(250_000)));
    }

    @Test
    void aModelIsRightAboutThePartOfTheSamplesThatWasGiven() {
        ProbeSet probes = ProbeSet.newBuilder()
                .setSamples(100)
                .addAllLabels(IntStream.range(0, 100).boxed().toList())
                .build();
        Model model =
                new SimulatedModel(ProbeAnswers.of(probes), 0.81, Distribution.Latency.parse("1ms"), new Random(1));

        boolean[] first = right(model);

        assertThat(IntStream.range(0, 100).filter(i -> first[i]).count()).isEqualTo(81);
        assertThat(right(model)).as("and always about the same ones").isEqualTo(first);
    }

    private static boolean[] right(Model model) {
        boolean[] right = new boolean[model.samples()];
        for (int i = 0; i < right.length; i++) {
            right[i] = model.classify(i).label() == model.label(i);
        }
        return right;
    }

    @Test
    void devicesDifferInAccuracyAsMuchAsWasSaid() {
        Distribution.Accuracy accuracy = Distribution.Accuracy.parse("0.8:0.02");
        Random random = new Random(1);
        double[] drawn = IntStream.range(0, 10_000)
                .mapToDouble(i -> accuracy.sample(random))
                .toArray();
        double mean = Arrays.stream(drawn).average().orElseThrow();
        double variance = Arrays.stream(drawn)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow();

        assertThat(mean).isCloseTo(0.8, within(0.001));
        assertThat(Math.sqrt(variance)).isCloseTo(0.02, within(0.001));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8", "8ms:", "-1ms", "14ms:8ms", "fast", "0ms"})
    void refusesLatenciesThatAreNone(String text) {
        assertThatThrownBy(() -> Distribution.Latency.parse(text))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("--latency");
    }

    @ParameterizedTest
    @ValueSource(strings = {"81", "0.8:x", "-0.1", ""})
    void refusesAccuraciesThatAreNone(String text) {
        assertThatThrownBy(() -> Distribution.Accuracy.parse(text))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("--accuracy");
    }

    @ParameterizedTest
    @ValueSource(strings = {"loss", "loss=2", "fire=0.1", "loss=0.1,loss=0.2", "loss=much", ""})
    void refusesFaultsThatAreNone(String text) {
        assertThatThrownBy(() -> Faults.parse(text))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("--faults");
    }

    @Test
    void asManyDevicesSufferAsWasSaid() {
        Faults faults = Faults.parse("loss=0.25, wrong-answers=1");
        Random random = new Random(1);

        long losing = IntStream.range(0, 4000)
                .filter(i -> faults.draw(random).contains(Fault.LOSS))
                .count();

        assertThat(losing).isBetween(900L, 1100L);
        assertThat(faults.draw(random)).contains(Fault.WRONG_ANSWERS).doesNotContain(Fault.CRASH);
    }
}
