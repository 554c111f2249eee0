package io.quantfleet.quantizer.train.block;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.util.Arrays;
import java.util.List;

/**
 * What a tensor holds for each of some samples.
 *
 * @param rows a row for each sample
 * @param shape the tensor's, of one sample
 */
record Activations(NDArray rows, Shape shape) {
    private static final int BATCH = 8;

    /** Runs a model as far as that tensor, on the first so many samples and a few of them at a time. */
    static Activations of(OnnxModel model, String tensor, SampleSource samples, int count, NDManager manager) {
        OnnxModel part = model.between(model.inputs(), List.of(tensor));
        try (OnnxSession session = OnnxSession.open(part.serialized(), RuntimeOptions.threads(1))) {
            Batch batch = session.newBatch(Math.min(BATCH, count));
            NDArray rows = null;
            Shape shape = new Shape();
            for (int first = 0; first < count; first += batch.capacity()) {
                int size = Math.min(batch.capacity(), count - first);
                batch.fill(samples, first, size);
                batch.run(size);
                HostTensor result = batch.output(tensor);
                int run = batch.fixed() ? batch.capacity() : size;
                if (rows == null) {
                    shape = ofOneSample(result.shape(), run);
                    rows = manager.create(new Shape(count, shape.size()));
                }
                put(rows, first, size, result.floats());
            }
            if (rows == null) {
                throw new IllegalArgumentException("there are no samples");
            }
            return new Activations(rows, shape);
        }
    }

    private static Shape ofOneSample(List<Long> shape, int samples) {
        long[] dimensions = shape.stream().mapToLong(Long::longValue).toArray();
        dimensions[0] /= samples;
        return new Shape(dimensions);
    }

    private static void put(NDArray rows, int first, int size, float[] values) {
        int width = Math.toIntExact(rows.getShape().get(1));
        try (NDArray some = rows.getManager().create(Arrays.copyOf(values, size * width), new Shape(size, width))) {
            rows.set(new NDIndex(first + ":" + (first + size)), some);
        }
    }

    /** The tensor for some samples, in the scope around this call. */
    NDArray of(NDArray numbers) {
        long[] dimensions = shape.getShape().clone();
        dimensions[0] *= numbers.size();
        return rows.get(numbers).reshape(new Shape(dimensions));
    }
}
