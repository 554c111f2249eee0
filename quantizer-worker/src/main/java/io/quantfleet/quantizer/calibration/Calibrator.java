package io.quantfleet.quantizer.calibration;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * Streams samples through a model and lets a method watch its tensors.
 *
 * @param threads how many threads compute a batch
 * @param batchSize samples in a batch, where the model leaves that open
 */
public record Calibrator(int threads, int batchSize) {

    public Calibrator {
        if (threads < 1 || batchSize < 1) {
            throw new IllegalArgumentException("calibration needs at least one thread and one sample in a batch");
        }
    }

    /**
     * Finds the ranges of tensors.
     *
     * @param model the FP32 model
     * @param tensors which of its tensors to watch; all hold 32-bit floats
     * @throws io.quantfleet.quantizer.QuantizerException if the model fails to run, a sample can't be read, or a tensor
     *     takes a value that is not finite
     */
    public Map<String, Range> run(
            OnnxModel model,
            Set<String> tensors,
            SampleSource samples,
            CalibrationMethod method,
            ProgressListener listener) {
        Graph graph = model.graph();
        Collection<String> outputs = method.instrument(graph, tensors);
        OnnxModel watched = model.withGraph(graph).withOutputs(outputs);
        try (OnnxSession session = OnnxSession.open(watched.serialized(), RuntimeOptions.threads(threads))) {
            Batch batch = session.newBatch(Math.min(batchSize, samples.size()));
            for (int first = 0; first < samples.size(); first += batch.capacity()) {
                int count = Math.min(batch.capacity(), samples.size() - first);
                batch.fill(samples, first, count);
                batch.run(count);
                method.observe(batch);
                listener.progressed((double) (first + count) / samples.size());
            }
        }
        return method.ranges();
    }
}
