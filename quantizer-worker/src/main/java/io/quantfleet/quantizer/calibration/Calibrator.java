package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;

/**
 * Streams samples through a model and collects what its tensors show. Every thread carries samples all the way, from
 * decoding through the model to the histograms, so that all three overlap and nothing waits. What is kept depends on the
 * number of tensors and threads, never on the number of samples; results depend on neither threads nor their timing.
 *
 * @param threads how many threads compute
 * @param batchSize the most samples in a run, where the model leaves that open
 */
public record Calibrator(int threads, int batchSize) {

    public Calibrator {
        if (threads < 1 || batchSize < 1) {
            throw new IllegalArgumentException("calibration needs at least one thread and one sample in a batch");
        }
    }

    /**
     * Collects statistics.
     *
     * @param model the FP32 model
     * @param request which of its tensors to watch, and what of them
     * @param listener hears on this thread how far it is
     * @throws io.quantfleet.quantizer.QuantizerException if the model fails to run, a sample can't be read, or a tensor
     *     takes a value that is not finite
     */
    public CalibrationStatistics collect(
            OnnxModel model, CalibrationRequest request, SampleSource samples, ProgressListener listener) {
        if (request.tensors().isEmpty()) {
            return CalibrationStatistics.empty();
        }
        Instruments instruments = Instruments.of(model, request, request.tensors());
        try (OnnxSession session = OnnxSession.open(instruments.model().serialized(), RuntimeOptions.threads(1));
                CalibrationPass pass = new CalibrationPass(
                        session, instruments, samples, threads, Math.min(batchSize, samples.size()))) {
            return pass.run(listener);
        }
    }
}
