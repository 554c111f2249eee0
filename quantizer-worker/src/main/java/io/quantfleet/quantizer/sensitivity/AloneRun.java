package io.quantfleet.quantizer.sensitivity;

import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import io.quantfleet.quantizer.dataset.ModelDescription;
import io.quantfleet.quantizer.evaluate.Fidelity;
import io.quantfleet.quantizer.evaluate.FidelityMeter;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.Calibration;
import io.quantfleet.quantizer.quantize.Recipe;
import io.quantfleet.quantizer.quantize.StaticQuantizer;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.InParallel;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Measures each layer quantized alone. Layers are taken in groups whose remaining models fit into memory together; for
 * each group FP32 runs once, giving every tensor that one of them starts from.
 */
final class AloneRun {
    /** Weights of all models that are loaded at once. */
    private static final long GROUP_BYTES = 512L << 20;

    /** Tensors of one batch that are kept at once. */
    private static final long BATCH_BYTES = 128L << 20;

    private static final int LARGEST_BATCH = 25;

    private final PreparedModel fp32;
    private final ModelDescription description;
    private final LabelledSamples samples;
    private final int threads;

    /** @param fp32 what is calibrated, with a batch as large as it takes */
    AloneRun(PreparedModel fp32, ModelDescription description, LabelledSamples samples, int threads) {
        this.fp32 = fp32;
        this.description = description;
        this.samples = samples;
        this.threads = threads;
    }

    /** A layer's remaining model, loaded, and what it has shown until now. */
    private record Running(Suffix suffix, OnnxSession session, FidelityMeter meter) {}

    Map<String, Fidelity> measure(Calibration calibration, Map<String, Recipe> recipes, ProgressListener listener) {
        Map<String, Fidelity> all = new LinkedHashMap<>();
        List<String> layers = new ArrayList<>(recipes.keySet());
        try (InParallel parallel = new InParallel(threads)) {
            while (all.size() < layers.size()) {
                all.putAll(group(calibration, recipes, layers.subList(all.size(), layers.size()), parallel));
                listener.progressed((double) all.size() / layers.size());
            }
        }
        return all;
    }

    private Map<String, Fidelity> group(
            Calibration calibration, Map<String, Recipe> recipes, List<String> layers, InParallel parallel) {
        List<Suffix> suffixes = new ArrayList<>();
        long bytes = 0;
        for (String layer : layers) {
            Recipe recipe = recipes.get(layer);
            if (recipe != null && (bytes < GROUP_BYTES || suffixes.isEmpty())) {
                OnnxModel variant = StaticQuantizer.rewrite(calibration, recipe);
                Suffix suffix = Suffix.of(layer, variant, fp32.facts(), description.output());
                suffixes.add(suffix);
                bytes += suffix.model().bytes();
            }
        }
        List<Running> running = new ArrayList<>();
        try {
            parallel.run(suffixes.stream()
                    .<Runnable>map(suffix -> () -> open(suffix, running))
                    .toList());
            compare(running, parallel);
        } finally {
            running.forEach(each -> each.session().close());
        }
        Map<String, Fidelity> measured = new LinkedHashMap<>();
        running.forEach(each -> measured.put(each.suffix().layer(), each.meter().fidelity()));
        return measured;
    }

    private void open(Suffix suffix, List<Running> running) {
        OnnxSession session = OnnxSession.open(suffix.model().serialized(), RuntimeOptions.threads(1));
        FidelityMeter meter = new FidelityMeter(samples, description);
        synchronized (running) {
            running.add(new Running(suffix, session, meter));
        }
    }

    private void compare(List<Running> running, InParallel parallel) {
        Map<String, TensorSpec> starts = new LinkedHashMap<>();
        running.forEach(each -> each.suffix().inputs().forEach(input -> starts.put(input.name(), input)));
        SampleFeeds feeds = new SampleFeeds(description, samples);
        fp32.model().inputs().forEach(input -> starts.remove(input.name()));
        Set<String> wanted = new LinkedHashSet<>(starts.keySet());
        wanted.add(description.output());
        try (OnnxSession session =
                OnnxSession.open(fp32.model().withOutputs(wanted).serialized(), RuntimeOptions.threads(threads))) {
            Batch batch = session.newBatch(Math.min(batch(starts), samples.size()));
            for (int first = 0; first < samples.size(); first += batch.capacity()) {
                int start = first;
                int count = Math.min(batch.capacity(), samples.size() - first);
                Map<String, HostTensor> known =
                        new LinkedHashMap<>(feeds.of(first, batch.fixed() ? batch.capacity() : count));
                known.forEach(
                        (input, tensor) -> batch.input(input).put(tensor.data().duplicate()));
                batch.run(batch.fixed() ? batch.capacity() : count);
                wanted.forEach(tensor -> known.put(tensor, batch.output(tensor)));
                parallel.run(running.stream()
                        .<Runnable>map(each -> () -> step(each, known, start, count))
                        .toList());
            }
        }
    }

    private static int batch(Map<String, TensorSpec> starts) {
        long sample = starts.values().stream()
                .mapToLong(spec -> spec.sampleElements().orElse(0) * spec.type().bytes())
                .sum();
        return (int) Math.max(1, Math.min(LARGEST_BATCH, BATCH_BYTES / Math.max(1, sample)));
    }

    private void step(Running running, Map<String, HostTensor> known, int first, int count) {
        Map<String, HostTensor> inputs = new LinkedHashMap<>();
        for (TensorSpec input : running.suffix().inputs()) {
            HostTensor tensor = known.get(input.name());
            if (tensor != null) {
                inputs.put(input.name(), tensor);
            }
        }
        String output = description.output();
        Map<String, HostTensor> actual = running.session().run(inputs, Set.of(output));
        running.meter().add(first, count, floats(known, output), floats(actual, output));
    }

    private static float[] floats(Map<String, HostTensor> tensors, String name) {
        HostTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalStateException("a run gave no " + name);
        }
        return tensor.floats();
    }
}
