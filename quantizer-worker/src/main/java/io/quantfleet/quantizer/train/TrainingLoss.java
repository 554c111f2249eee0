package io.quantfleet.quantizer.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import java.util.Arrays;
import java.util.Optional;

/**
 * How far answers are from what they should be: cross entropy with right answers, and the divergence of softened scores from
 * FP32's (Hinton et al. 2015, Distilling the Knowledge in a Neural Network). For a language model both are means over the tokens
 * that have a next one.
 *
 * @param teacher what FP32 answers to the training samples; empty where labels alone count
 * @param width how many scores there are at each place
 * @param probabilities whether the model gives probabilities, rather than what a softmax makes them of
 */
record TrainingLoss(
        Supervision supervision,
        LabelledSamples samples,
        Optional<OnnxScores> teacher,
        int width,
        boolean probabilities) {
    private static final float TEMPERATURE = 2;
    private static final float LEAST_PROBABILITY = 1e-7f;

    /** The mean over the places of some samples. */
    NDArray of(NDManager manager, NDArray answers, int... numbers) {
        int[] targets = Arrays.stream(numbers)
                .mapToObj(samples::targets)
                .flatMapToInt(Arrays::stream)
                .toArray();
        NDArray scores = scores(answers);
        NDArray weights = weights(manager, targets);
        if (supervision == Supervision.LABELS) {
            return byAnswers(manager, scores, targets, weights);
        }
        NDArray distance = byTeacher(manager, scores, numbers, weights);
        return supervision == Supervision.DISTILLATION
                ? distance
                : distance.add(byAnswers(manager, scores, targets, weights)).mul(0.5f);
    }

    private NDArray scores(NDArray answers) {
        NDArray rows = answers.reshape(-1, width);
        return probabilities ? rows.clip(LEAST_PROBABILITY, 1).log() : rows;
    }

    // Places without a right answer don't count, unless no place has one.
    private static NDArray weights(NDManager manager, int... targets) {
        float[] weights = new float[targets.length];
        long known = Arrays.stream(targets)
                .filter(target -> target != LabelledSamples.NO_TARGET)
                .count();
        for (int i = 0; i < targets.length; i++) {
            boolean counts = known == 0 || targets[i] != LabelledSamples.NO_TARGET;
            weights[i] = counts ? 1f / (known == 0 ? targets.length : known) : 0;
        }
        return manager.create(weights);
    }

    private static NDArray byAnswers(NDManager manager, NDArray scores, int[] targets, NDArray weights) {
        long[] places =
                Arrays.stream(targets).mapToLong(target -> Math.max(0, target)).toArray();
        NDArray right = manager.create(places, new Shape(places.length, 1));
        return scores.logSoftmax(1)
                .gather(right, 1)
                .flatten()
                .mul(weights)
                .sum()
                .neg();
    }

    private NDArray byTeacher(NDManager manager, NDArray scores, int[] numbers, NDArray weights) {
        OnnxScores given = teacher.orElseThrow();
        int each = given.of(numbers[0]).length;
        float[] flat = new float[numbers.length * each];
        for (int i = 0; i < numbers.length; i++) {
            System.arraycopy(given.of(numbers[i]), 0, flat, i * each, each);
        }
        NDArray softened = scores(manager.create(flat)).div(TEMPERATURE).logSoftmax(1);
        NDArray own = scores.div(TEMPERATURE).logSoftmax(1);
        NDArray divergence = softened.exp().mul(softened.sub(own)).sum(new int[] {1});
        // Softened gradients are weaker by the square of the temperature.
        return divergence.mul(weights).sum().mul(TEMPERATURE * TEMPERATURE);
    }
}
