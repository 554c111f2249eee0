package io.quantfleet.quantizer.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import java.util.Optional;

/**
 * How far answers are from what they should be: cross entropy with labels, and the divergence of softened scores from FP32's
 * (Hinton et al. 2015, Distilling the Knowledge in a Neural Network).
 *
 * @param teacher what FP32 answers to the training samples; empty where labels alone count
 * @param probabilities whether the model gives probabilities, rather than what a softmax makes them of
 */
record TrainingLoss(
        Supervision supervision, LabelledSamples samples, Optional<OnnxScores> teacher, boolean probabilities) {
    private static final float TEMPERATURE = 2;
    private static final float LEAST_PROBABILITY = 1e-7f;

    /** The mean over some samples. */
    NDArray of(NDManager manager, NDArray answers, int... numbers) {
        NDArray rows = answers.reshape(numbers.length, -1);
        NDArray scores = probabilities ? rows.clip(LEAST_PROBABILITY, 1).log() : rows;
        if (supervision == Supervision.LABELS) {
            return byLabels(manager, scores, numbers);
        }
        NDArray distance = byTeacher(manager, scores, numbers);
        return supervision == Supervision.DISTILLATION
                ? distance
                : distance.add(byLabels(manager, scores, numbers)).mul(0.5f);
    }

    private NDArray byLabels(NDManager manager, NDArray scores, int... numbers) {
        long[] labels = new long[numbers.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = samples.label(numbers[i]);
        }
        NDArray places = manager.create(labels, new Shape(labels.length, 1));
        return scores.logSoftmax(1).gather(places, 1).mean().neg();
    }

    private NDArray byTeacher(NDManager manager, NDArray scores, int... numbers) {
        OnnxScores given = teacher.orElseThrow();
        int width = given.of(numbers[0]).length;
        float[] flat = new float[numbers.length * width];
        for (int i = 0; i < numbers.length; i++) {
            System.arraycopy(given.of(numbers[i]), 0, flat, i * width, width);
        }
        NDArray rows = manager.create(flat, new Shape(numbers.length, width));
        NDArray theirs = probabilities ? rows.clip(LEAST_PROBABILITY, 1).log() : rows;
        NDArray softened = theirs.div(TEMPERATURE).logSoftmax(1);
        NDArray own = scores.div(TEMPERATURE).logSoftmax(1);
        // Softened gradients are weaker by the square of the temperature.
        return softened.exp().mul(softened.sub(own)).sum().mul(TEMPERATURE * TEMPERATURE / numbers.length);
    }
}
