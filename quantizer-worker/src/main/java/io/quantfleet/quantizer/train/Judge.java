package io.quantfleet.quantizer.train;

import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.onnx.OnnxModel;

/** Measures models on held-out samples in ONNX Runtime: by labels, or by FP32's answers where there are none. */
final class Judge {
    private final OnnxScores fp32;
    private final String output;
    private final LabelledSamples samples;
    private final int threads;

    private Judge(OnnxScores fp32, String output, LabelledSamples samples, int threads) {
        this.fp32 = fp32;
        this.output = output;
        this.samples = samples;
        this.threads = threads;
    }

    static Judge of(OnnxModel fp32, String output, LabelledSamples samples, int threads) {
        return new Judge(OnnxScores.of(fp32, output, samples, threads, done -> {}), output, samples, threads);
    }

    /** How many samples there are. */
    int size() {
        return samples.size();
    }

    /** What a model answers to the samples. */
    OnnxScores scores(OnnxModel model) {
        return OnnxScores.of(model, output, samples, threads, done -> {});
    }

    /** The fraction of answers that are as they should be. */
    double accuracy(OnnxScores scores) {
        return samples.label(0) < 0 ? scores.agreement(fp32) : scores.accuracy(samples);
    }
}
