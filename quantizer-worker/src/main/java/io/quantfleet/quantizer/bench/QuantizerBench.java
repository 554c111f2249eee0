package io.quantfleet.quantizer.bench;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.calibration.Calibrator;
import io.quantfleet.quantizer.calibration.MinMax;
import io.quantfleet.quantizer.calibration.RangeMethod;
import io.quantfleet.quantizer.dataset.Datasets;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.quantize.QuantizedModel;
import io.quantfleet.quantizer.quantize.RangeChoice;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.quantize.StaticQuantizer;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.sensitivity.SensitivityProfiler;
import io.quantfleet.quantizer.target.DeviceClassProfile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures one model: plain FP32 inference, whole quantizations of every kind over the same samples with the same
 * threads, and the latency of what comes out. Quantizations are without evaluation. For use by one thread.
 */
public final class QuantizerBench implements AutoCloseable {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int BATCH = 8;
    private static final int WARM_RUNS = 10;
    private static final int TIMED_RUNS = 60;

    private final Path onnx;
    private final ModelDescription description;
    private final LabelledSamples samples;
    private final DeviceClassProfile profile;
    private final int threads;

    /**
     * Opens a model and its data.
     *
     * @param file the model's description
     * @param data calibration samples
     * @param profile the device class to quantize for
     * @param count how many samples to take; they are repeated if there are fewer
     * @param threads how many threads compute
     * @throws io.quantfleet.quantizer.QuantizerException if something of it can't be read
     */
    public QuantizerBench(Path file, Path data, DeviceClassProfile profile, int count, int threads) {
        this.description = ModelDescription.read(file);
        this.onnx = file.resolveSibling(description.onnx());
        this.profile = profile;
        this.samples = new RepeatedSamples(Datasets.open(data, description), count);
        this.threads = threads;
    }

    /** The model's name. */
    public String model() {
        return description.name();
    }

    /**
     * Seconds that the FP32 model takes for all samples: fully optimised, with threads that spin as ONNX Runtime has them
     * unless told otherwise, one sample at a time or eight, whichever is faster. Reading and decoding samples is not
     * counted, nor is loading the model.
     */
    public double plainSeconds() {
        RuntimeOptions options = RuntimeOptions.threads(threads).withSpinning();
        try (OnnxSession session = OnnxSession.open(OnnxModel.read(onnx).serialized(), options)) {
            return Math.min(seconds(session.newBatch(1)), seconds(session.newBatch(BATCH)));
        }
    }

    private double seconds(Batch batch) {
        long nanos = 0;
        for (int first = -batch.capacity(); first < samples.size(); first += batch.capacity()) {
            int from = Math.max(0, first);
            int count = Math.min(batch.capacity(), samples.size() - from);
            batch.fill(samples, from, count);
            long start = System.nanoTime();
            batch.run(count);
            // The first run, which allocates, does not count.
            nanos += first < 0 ? 0 : System.nanoTime() - start;
        }
        return nanos / NANOS_PER_SECOND;
    }

    /**
     * Seconds that a whole quantization takes with ranges by this method: reading the model, preparing it, decoding and
     * calibrating, rewriting, and serializing the variant.
     */
    public double quantizeSeconds(RangeMethod method) {
        long start = System.nanoTime();
        quantize(method).model().serialized();
        return (System.nanoTime() - start) / NANOS_PER_SECOND;
    }

    private QuantizedModel quantize(RangeMethod method) {
        Calibrator calibrator = new Calibrator(threads, BATCH);
        return new StaticQuantizer(calibrator)
                .quantize(calibration(calibrator), Recipe.of(profile, RangeChoice.of(method)));
    }

    private Calibration calibration(Calibrator calibrator) {
        PreparedModel prepared = PreparedModel.of(OnnxModel.read(onnx), samples, shapes(), profile.staticShapes());
        return new Calibration(calibrator, prepared, samples, ProgressListener.NONE);
    }

    /** Seconds that the profile of all layers' sensitivity takes, calibration of the model apart. */
    public double sensitivitySeconds() {
        Calibrator calibrator = new Calibrator(threads, BATCH);
        Calibration calibration = calibration(calibrator);
        Recipe recipe = Recipe.of(profile, RangeChoice.of(new MinMax()));
        new StaticQuantizer(calibrator).quantize(calibration, recipe);
        return new SensitivityProfiler(description, samples, threads)
                .profile(calibration, recipe, ProgressListener.NONE)
                .seconds();
    }

    private Map<String, List<Long>> shapes() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        description
                .inputs()
                .forEach(input -> shapes.put(
                        input.name(),
                        input.sampleShape().stream().map(Integer::longValue).toList()));
        return shapes;
    }

    /** The median latency of the int8 variant over that of FP32, one sample at a time on one thread, taken in turns. */
    public double latencyRatio() {
        OnnxModel variant = quantize(new MinMax()).model();
        try (OnnxSession fp32 = OnnxSession.open(OnnxModel.read(onnx).serialized(), RuntimeOptions.threads(1));
                OnnxSession int8 = OnnxSession.open(variant.serialized(), RuntimeOptions.threads(1))) {
            Batch before = fp32.newBatch(1);
            Batch after = int8.newBatch(1);
            double[] plain = new double[TIMED_RUNS];
            double[] quantized = new double[TIMED_RUNS];
            for (int i = -WARM_RUNS; i < TIMED_RUNS; i++) {
                double one = runNanos(before);
                double other = runNanos(after);
                if (i >= 0) {
                    plain[i] = one;
                    quantized[i] = other;
                }
            }
            return median(quantized) / median(plain);
        }
    }

    private double runNanos(Batch batch) {
        batch.fill((sample, input, target) -> samples.fill(0, input, target), 0, batch.capacity());
        long start = System.nanoTime();
        batch.run(batch.capacity());
        return System.nanoTime() - start;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    @Override
    public void close() {
        samples.close();
    }
}
