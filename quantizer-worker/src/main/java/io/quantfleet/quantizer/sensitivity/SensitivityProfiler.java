package io.quantfleet.quantizer.sensitivity;

import io.quantfleet.protocols.Sha256;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.dataset.SampleSubset;
import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.Node;
import io.quantfleet.quantizer.onnx.Tensors;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.quantize.StaticQuantizer;
import io.quantfleet.quantizer.target.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Profiles the layers of a model. A layer that is quantized alone leaves everything before it as it was: FP32 runs once
 * over the samples, and for each layer only the end of the model runs again, from where the layer stands. What sparing a
 * layer gives is measured on fewer samples, for there the whole model runs. For use by one thread.
 */
public final class SensitivityProfiler {
    private static final String WHY = "the layer is profiled";

    /** Samples that a spared layer is judged by. */
    private static final int SPARED_SAMPLES = 32;

    private final ModelDescription description;
    private final LabelledSamples samples;
    private final int threads;
    private final Optional<ProfileCache> cache;

    /**
     * Prepares profiles.
     *
     * @param samples what to compare models on; stays open
     * @param threads how many layers are measured at once
     */
    public SensitivityProfiler(ModelDescription description, LabelledSamples samples, int threads) {
        this(description, samples, threads, Optional.empty());
    }

    /**
     * Prepares profiles.
     *
     * @param samples what to compare models on, which they are calibrated with as well; stays open
     * @param threads how many layers are measured at once
     * @param cache where profiles are kept between runs
     */
    public SensitivityProfiler(
            ModelDescription description, LabelledSamples samples, int threads, Optional<ProfileCache> cache) {
        this.description = description;
        this.samples = samples;
        this.threads = threads;
        this.cache = cache;
    }

    /**
     * Profiles every layer that a recipe quantizes.
     *
     * @param calibration what is known of the model's tensors
     * @throws io.quantfleet.quantizer.QuantizerException if a model does not run or a sample can't be read
     */
    public SensitivityProfile profile(Calibration calibration, Recipe recipe, ProgressListener listener) {
        return cache.map(kept -> cached(kept, calibration, recipe, listener))
                .orElseGet(() -> measure(calibration, recipe, listener));
    }

    private SensitivityProfile cached(
            ProfileCache kept, Calibration calibration, Recipe recipe, ProgressListener listener) {
        Sha256 key = ProfileKey.of(kept.program(), calibration.prepared().model(), recipe, description, samples);
        return kept.find(key).orElseGet(() -> {
            SensitivityProfile measured = measure(calibration, recipe, listener);
            kept.keep(key, measured);
            return measured;
        });
    }

    private SensitivityProfile measure(Calibration calibration, Recipe recipe, ProgressListener listener) {
        long start = System.nanoTime();
        Recipe compared = recipe.withoutDemands();
        List<Node> layers = StaticQuantizer.quantizedLayers(calibration, compared);
        Map<String, Recipe> alone = alone(calibration, compared, layers);
        Set<String> tensors = new LinkedHashSet<>(StaticQuantizer.tensorsToCalibrate(calibration, compared));
        alone.values().forEach(each -> tensors.addAll(StaticQuantizer.tensorsToCalibrate(calibration, each)));
        calibration.learn(tensors, compared.ranges().needsHistograms());
        // What a device runs sample by sample is compared faster in batches.
        PreparedModel fp32 = calibration.prepared().withOpenBatch(samples);
        Map<String, Fidelity> harm = new AloneRun(fp32, description, samples, threads)
                .measure(calibration, alone, fraction -> listener.progressed(fraction * 0.6));
        Set<Precision> allowed = recipe.profile().layers();
        boolean wide = allowed.contains(Precision.A16W8) && !allowed.contains(Precision.FLOAT32);
        SpareRun spare = new SpareRun(
                fp32,
                description,
                SampleSubset.spread(samples, SPARED_SAMPLES),
                threads,
                wide ? Precision.A16W8 : Precision.FLOAT32);
        Map<String, Fidelity> good =
                spare.measure(calibration, compared, layers, fraction -> listener.progressed(0.6 + fraction * 0.4));
        Graph graph = calibration.prepared().model().graph();
        List<LayerSensitivity> all = new ArrayList<>();
        for (Node layer : layers) {
            String name = layer.label();
            all.add(new LayerSensitivity(
                    name,
                    layer.operator(),
                    graph.initializer(layer.inputs().get(1))
                            .map(Tensors::elements)
                            .orElse(0L),
                    harm.getOrDefault(name, spare.reference()),
                    good.getOrDefault(name, spare.reference())));
        }
        return new SensitivityProfile(spare.reference(), all, samples.size(), (System.nanoTime() - start) / 1e9);
    }

    private static Map<String, Recipe> alone(Calibration calibration, Recipe recipe, List<Node> layers) {
        Map<String, String> others = new LinkedHashMap<>();
        calibration.prepared().model().graph().nodes().forEach(node -> others.put(node.label(), WHY));
        Map<String, Recipe> recipes = new LinkedHashMap<>();
        for (Node layer : layers) {
            Map<String, String> left = new LinkedHashMap<>(others);
            left.remove(layer.label());
            recipes.put(layer.label(), recipe.leaving(left));
        }
        return recipes;
    }
}
