package io.quantfleet.quantizer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.train.graph.PyTorch;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Two samples of three tokens out of four, of which the last has no next one. */
class TrainingLossTest {
    private static final List<int[]> NEXT =
            List.of(new int[] {2, 0, LabelledSamples.NO_TARGET}, new int[] {1, 3, LabelledSamples.NO_TARGET});
    private static final float[] SCORES = {
        1, 2, 3, 4, 0, -1, 2, 0.5f, 9, 9, 9, 0, 0.1f, 0.2f, 0.3f, 0.4f, -2, 1, 1, 0, 7, 0, 0, 0
    };
    private static final float[][] TEACHER = {
        {1, 1, 4, 4, 2, -1, 2, 0.5f, 0, 0, 5, 0}, {1, 0.2f, -0.3f, 0.4f, -2, 1, 0, 2, 0, 0, 0, 3}
    };

    private final LabelledSamples samples = new Tokens(NEXT);

    private record Tokens(List<int[]> next) implements LabelledSamples {
        @Override
        public int size() {
            return next.size();
        }

        @Override
        public int label(int sample) {
            return UNKNOWN;
        }

        @Override
        public int[] targets(int sample) {
            return next.get(sample).clone();
        }

        @Override
        public String name(int sample) {
            return "" + sample;
        }

        @Override
        public byte[] compact(int sample, String inputName) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void fill(int sample, String inputName, ByteBuffer target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    private static double[] logSoftmax(float[] all, int row, double temperature) {
        double sum = 0;
        for (int i = 0; i < 4; i++) {
            sum += Math.exp(all[row * 4 + i] / temperature);
        }
        double[] logs = new double[4];
        for (int i = 0; i < 4; i++) {
            logs[i] = all[row * 4 + i] / temperature - Math.log(sum);
        }
        return logs;
    }

    private double loss(Supervision supervision, LabelledSamples of) {
        TrainingEngine.load(1);
        TrainingLoss loss = new TrainingLoss(supervision, of, Optional.of(new OnnxScores(3, TEACHER)), 4, false);
        try (NDManager manager = PyTorch.newManager();
                NDArray answers = manager.create(SCORES, new Shape(2, 3, 4));
                NDArray value = loss.of(manager, answers, 0, 1)) {
            return value.getFloat();
        }
    }

    private static double crossEntropy() {
        double sum = 0;
        for (int row = 0; row < 6; row++) {
            int next = NEXT.get(row / 3)[row % 3];
            sum -= next < 0 ? 0 : logSoftmax(SCORES, row, 1)[next];
        }
        return sum / 4;
    }

    private static double divergence(boolean allPlaces) {
        double sum = 0;
        for (int row = 0; row < 6; row++) {
            double[] own = logSoftmax(SCORES, row, 2);
            double[] theirs = logSoftmax(TEACHER[row / 3], row % 3, 2);
            for (int i = 0; i < 4 && (allPlaces || row % 3 < 2); i++) {
                sum += 4 * Math.exp(theirs[i]) * (theirs[i] - own[i]);
            }
        }
        return sum / (allPlaces ? 6 : 4);
    }

    @Test
    void isTheCrossEntropyOfTheNextTokensThatThereAre() {
        assertThat(loss(Supervision.LABELS, samples)).isCloseTo(crossEntropy(), within(1e-5));
    }

    @Test
    void isTheDivergenceFromFp32WhereTokensHaveANextOne() {
        assertThat(loss(Supervision.DISTILLATION, samples)).isCloseTo(divergence(false), within(1e-5));
    }

    @Test
    void isTheMeanOfBoth() {
        assertThat(loss(Supervision.BOTH, samples)).isCloseTo((crossEntropy() + divergence(false)) / 2, within(1e-5));
    }

    @Test
    void countsAllPlacesWhereNoAnswerIsKnown() {
        int none = LabelledSamples.NO_TARGET;
        LabelledSamples unknown = new Tokens(List.of(new int[] {none, none, none}, new int[] {none, none, none}));
        assertThat(loss(Supervision.DISTILLATION, unknown)).isCloseTo(divergence(true), within(1e-5));
        assertThat(Judge.knowsAnswers(unknown)).isFalse();
        assertThat(Judge.knowsAnswers(samples)).isTrue();
    }
}
