package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import java.util.List;

/** Runs of a model, or of the part of it that matters, on calibration samples. For use by one thread. */
interface CalibrationRuns {

    /** The model as it is now: with its earlier layers quantized, where they are. */
    OnnxModel model();

    /** Whether two tensors that layers read can be watched in the same run. */
    boolean together(String tensor, String other);

    /**
     * Runs all samples.
     *
     * @param model the model as it is now, with what makes the outputs added
     * @param watched a tensor that layers read and that the outputs are made of
     * @param outputs tensors that the run gives
     * @param results hears of them
     * @throws io.quantfleet.quantizer.QuantizerException if the model does not run
     */
    void run(OnnxModel model, String watched, List<String> outputs, Results results);

    /** Hears what a run of some samples gave. */
    @FunctionalInterface
    interface Results {

        /**
         * Some samples were run.
         *
         * @param batch holds the outputs until the next run
         * @param count how many samples there were
         */
        void gave(Batch batch, int count);
    }

    /** Runs all samples of a source, a few at a time. */
    static void run(OnnxSession session, SampleSource samples, int most, Results results) {
        Batch batch = session.newBatch(Math.min(most, samples.size()));
        for (int first = 0; first < samples.size(); first += batch.capacity()) {
            int count = Math.min(batch.capacity(), samples.size() - first);
            batch.fill(samples, first, count);
            batch.run(count);
            results.gave(batch, count);
        }
    }
}
