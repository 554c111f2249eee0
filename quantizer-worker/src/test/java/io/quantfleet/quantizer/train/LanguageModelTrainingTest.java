package io.quantfleet.quantizer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.sample.LlamaShape;
import io.quantfleet.quantizer.sample.RandomLlama;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LanguageModelTrainingTest {
    private static final LlamaShape SHAPE = new LlamaShape(12, 32, 1, 2, 1, 48, 16);
    private static final LanguageModelTraining.Settings SETTINGS = new LanguageModelTraining.Settings(120, 8, 1e-2f, 2);

    private static List<Double> losses(LanguageModelTraining.Settings settings) {
        List<Double> losses = new ArrayList<>();
        train(settings, new Random(1), (step, loss) -> losses.add(loss));
        return losses;
    }

    /** Tokens that count up from anywhere: what comes next follows from the one before. */
    private static OnnxModel train(
            LanguageModelTraining.Settings settings, Random random, LanguageModelTraining.Listener listener) {
        return new LanguageModelTraining(settings, listener)
                .train(RandomLlama.inMemory(SHAPE, 5), RandomLlama.INPUT, RandomLlama.OUTPUT, () -> {
                    int[] tokens = new int[SHAPE.context() + 1];
                    int first = random.nextInt(SHAPE.vocabulary());
                    for (int i = 0; i < tokens.length; i++) {
                        tokens[i] = (first + i) % SHAPE.vocabulary();
                    }
                    return tokens;
                });
    }

    @Test
    void learnsToCount() {
        List<Double> losses = losses(SETTINGS);
        assertThat(losses).hasSize(SETTINGS.steps());
        assertThat(losses.get(0)).isGreaterThan(2);
        assertThat(losses.get(losses.size() - 1)).isLessThan(0.1);
    }

    @Test
    void theSameSeedLearnsTheSame() {
        LanguageModelTraining.Settings few = new LanguageModelTraining.Settings(20, 4, 1e-2f, 2);
        assertThat(losses(few)).isEqualTo(losses(few));
    }

    @Test
    void aListenerThatThrowsStopsIt() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> train(SETTINGS, new Random(1), (step, loss) -> {
                    throw new IllegalStateException("enough at " + step);
                }))
                .withMessage("enough at 1");
    }
}
