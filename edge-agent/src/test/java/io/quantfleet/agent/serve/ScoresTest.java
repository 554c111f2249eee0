package io.quantfleet.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class ScoresTest {
    @Test
    void probabilitiesAreTakenAsTheyAre() {
        assertThat(read(0.1f, 0.7f, 0.2f)).isEqualTo(new Scores(1, 0.7f));
    }

    @Test
    void logitsGoThroughSoftmax() {
        Scores scores = read(1, 3, 2);

        assertThat(scores.label()).isEqualTo(1);
        assertThat(scores.confidence()).isCloseTo(0.6652f, within(1e-4f));
    }

    @Test
    void largeLogitsDoNotOverflow() {
        assertThat(read(1000, -1000)).isEqualTo(new Scores(0, 1));
    }

    @Test
    void theScoresOfOneSampleStartAtItsOffset() {
        FloatBuffer two = FloatBuffer.wrap(new float[] {0.9f, 0.1f, 0.2f, 0.8f});

        assertThat(Scores.read(two, 2, 2)).isEqualTo(new Scores(1, 0.8f));
    }

    private static Scores read(float... values) {
        return Scores.read(FloatBuffer.wrap(values), 0, values.length);
    }
}
