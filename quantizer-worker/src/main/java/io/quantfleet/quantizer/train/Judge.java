package io.quantfleet.quantizer.train;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.onnx.OnnxModel;
import java.util.Arrays;

/** Measures models on held-out samples in ONNX Runtime: by right answers, or by FP32's where none are known. */
final class Judge {
    private final OnnxScores fp32;
    private final ModelDescription description;
    private final LabelledSamples samples;
    private final int threads;

    private Judge(OnnxScores fp32, ModelDescription description, LabelledSamples samples, int threads) {
        this.fp32 = fp32;
        this.description = description;
        this.samples = samples;
        this.threads = threads;
    }

    static Judge of(OnnxModel fp32, ModelDescription description, LabelledSamples samples, int threads) {
        return new Judge(OnnxScores.of(fp32, description, samples, threads, done -> {}), description, samples, threads);
    }

    /** Whether samples have right answers: all of a set do, or none. */
    static boolean knowsAnswers(LabelledSamples samples) {
        return Arrays.stream(samples.targets(0)).anyMatch(target -> target != LabelledSamples.NO_TARGET);
    }

    /** How many answers there are. */
    int size() {
        return samples.size() * description.places();
    }

    /** What a model answers to the samples. */
    OnnxScores scores(OnnxModel model) {
        return OnnxScores.of(model, description, samples, threads, done -> {});
    }

    /** The fraction of answers that are as they should be. */
    double accuracy(OnnxScores scores) {
        return knowsAnswers(samples) ? scores.accuracy(samples) : scores.agreement(fp32);
    }
}
