package io.quantfleet.quantizer.sensitivity;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.evaluate.HeldOut;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.quantize.StaticQuantizer;
import io.quantfleet.quantizer.runtime.InParallel;
import io.quantfleet.quantizer.target.Precision;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Measures what it gives to spare one layer where all others are quantized: to leave it in FP32, or to give it activations
 * of 16 bits where the device class has those and no FP32.
 */
final class SpareRun {
    private final PreparedModel fp32;
    private final ModelDescription description;
    private final LabelledSamples samples;
    private final int threads;
    private final Precision sparing;
    private Fidelity reference = new Fidelity(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, 0, 0);

    /**
     * Prepares a run.
     *
     * @param fp32 what is calibrated, with a batch as large as it takes
     * @param sparing what a spared layer gets
     */
    SpareRun(
            PreparedModel fp32, ModelDescription description, LabelledSamples samples, int threads, Precision sparing) {
        this.fp32 = fp32;
        this.description = description;
        this.samples = samples;
        this.threads = threads;
        this.sparing = sparing;
    }

    Map<String, Fidelity> measure(
            Calibration calibration, Recipe recipe, List<Node> layers, ProgressListener listener) {
        // One thread for each run: the layers keep the others busy.
        HeldOut heldOut = new HeldOut(fp32.model(), description, samples, 1);
        reference = heldOut.compare(variant(calibration, recipe));
        Map<String, Fidelity> measured = new ConcurrentHashMap<>();
        try (InParallel parallel = new InParallel(threads)) {
            for (int from = 0; from < layers.size(); from += threads) {
                List<Node> some = layers.subList(from, Math.min(layers.size(), from + threads));
                parallel.run(some.stream()
                        .<Runnable>map(layer -> () -> {
                            Recipe spared = recipe.withLayers(Map.of(layer.label(), sparing));
                            measured.put(layer.label(), heldOut.compare(variant(calibration, spared)));
                        })
                        .toList());
                listener.progressed((double) (from + some.size()) / layers.size());
            }
        }
        return new LinkedHashMap<>(measured);
    }

    private OnnxModel variant(Calibration calibration, Recipe recipe) {
        return StaticQuantizer.rewrite(calibration, recipe)
                .between(fp32.model().inputs(), List.of(description.output()));
    }

    /** How closely the model follows FP32 with nothing spared. */
    Fidelity reference() {
        return reference;
    }
}
