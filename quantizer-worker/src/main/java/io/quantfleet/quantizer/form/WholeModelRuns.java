package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.util.List;
import java.util.function.Supplier;

/** Runs of a model in memory, from its inputs on. */
final class WholeModelRuns implements CalibrationRuns {
    /** Samples that run at once. */
    static final int BATCH = 8;

    private final Supplier<OnnxModel> model;
    private final SampleSource samples;
    private final int threads;

    /** @param model the model as it is when it is asked for */
    WholeModelRuns(Supplier<OnnxModel> model, SampleSource samples, int threads) {
        this.model = model;
        this.samples = samples;
        this.threads = threads;
    }

    @Override
    public OnnxModel model() {
        return model.get();
    }

    @Override
    public boolean together(String tensor, String other) {
        return true;
    }

    @Override
    public void run(OnnxModel extended, String watched, List<String> outputs, Results results) {
        OnnxModel part = extended.between(extended.inputs(), outputs);
        try (OnnxSession session = OnnxSession.open(part.serialized(), RuntimeOptions.threads(threads))) {
            CalibrationRuns.run(session, samples, BATCH, results);
        }
    }
}
