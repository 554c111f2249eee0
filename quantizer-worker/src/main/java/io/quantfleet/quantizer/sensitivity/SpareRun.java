package io.quantfleet.quantizer.sensitivity;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.evaluate.HeldOut;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.quantize.StaticQuantizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Measures what it gives to leave one layer in FP32 where all others are quantized. */
final class SpareRun {
    private final ModelDescription description;
    private final LabelledSamples samples;
    private final int threads;
    private Fidelity reference = new Fidelity(Double.NaN, Double.POSITIVE_INFINITY, 0, 0, 0);

    SpareRun(ModelDescription description, LabelledSamples samples, int threads) {
        this.description = description;
        this.samples = samples;
        this.threads = threads;
    }

    Map<String, Fidelity> measure(
            Calibration calibration, Recipe recipe, List<Node> layers, ProgressListener listener) {
        // One thread for each run: the layers keep the others busy.
        HeldOut heldOut = new HeldOut(calibration.prepared().model(), description, samples, 1);
        reference = heldOut.compare(StaticQuantizer.rewrite(calibration, recipe));
        Map<String, Fidelity> measured = new ConcurrentHashMap<>();
        try (InParallel parallel = new InParallel(threads)) {
            for (int from = 0; from < layers.size(); from += threads) {
                List<Node> some = layers.subList(from, Math.min(layers.size(), from + threads));
                parallel.run(some.stream()
                        .<Runnable>map(layer -> () -> {
                            Recipe spared = recipe.leaving(Map.of(layer.label(), "it is spared"));
                            measured.put(layer.label(), heldOut.compare(StaticQuantizer.rewrite(calibration, spared)));
                        })
                        .toList());
                listener.progressed((double) (from + some.size()) / layers.size());
            }
        }
        return new LinkedHashMap<>(measured);
    }

    /** How closely the model follows FP32 with nothing spared. */
    Fidelity reference() {
        return reference;
    }
}
