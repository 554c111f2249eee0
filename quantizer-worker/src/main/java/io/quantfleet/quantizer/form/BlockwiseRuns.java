package io.quantfleet.quantizer.form;

import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.ModelParts;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.TensorSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Runs of a model part by part: what a part takes over lies on disk for all samples, computed by the parts before it as they
 * are once they are quantized. Only one part's weights are given to ONNX Runtime. Parts are asked for in their order, and not
 * changed any more once a later one is. For use by one thread.
 *
 * <p>Where a tensor between two parts is not the same size for each sample, a model that is larger than memory is refused,
 * and one that is in memory is run as a whole from the last place on at which all are.
 */
final class BlockwiseRuns implements CalibrationRuns, AutoCloseable {
    /** Samples that run at once, if they are not large. */
    private static final int BATCH = 8;

    /** What the tensors between parts may take for the samples that run at once; a part's own tensors take many times that. */
    private static final long BATCH_BYTES = 16L << 20;

    private final Supplier<OnnxModel> model;
    private final GraphParts parts;
    private final ModelParts weights;
    private final SampleSource samples;
    private final Path folder;
    private SpilledSamples reached;
    private int part;
    private boolean cut = true;

    /**
     * Begins at the first part.
     *
     * @param model the model as it is when it is asked for
     * @param folder where tensors between parts are kept
     */
    BlockwiseRuns(Supplier<OnnxModel> model, GraphParts parts, ModelParts weights, SampleSource samples, Path folder) {
        this.model = model;
        this.parts = parts;
        this.weights = weights;
        this.samples = samples;
        this.folder = folder;
        this.reached = new SpilledSamples(samples, folder);
    }

    @Override
    public OnnxModel model() {
        return model.get();
    }

    @Override
    public boolean together(String tensor, String other) {
        return number(tensor) == number(other);
    }

    private int number(String tensor) {
        return parts.number().getOrDefault(tensor, part);
    }

    @Override
    public void run(OnnxModel extended, String watched, List<String> outputs, Results results) {
        while (part < number(watched)) {
            advance();
        }
        runPart(extended, outputs, results);
    }

    /**
     * Runs the last part, after all before it.
     *
     * @param extended the model as it is now, with what makes the outputs added
     */
    void runToEnd(OnnxModel extended, List<String> outputs, Results results) {
        while (part < parts.from().size() - 1) {
            advance();
        }
        runPart(extended, outputs, results);
    }

    private void runPart(OnnxModel from, List<String> outputs, Results results) {
        List<TensorSpec> given = new ArrayList<>(from.inputs());
        given.addAll(reached.tensors());
        weights.load(
                from.between(given, outputs),
                session -> CalibrationRuns.run(session, reached, batch(reached.tensors()), results));
    }

    private static int batch(List<TensorSpec> given) {
        long bytes = given.stream()
                .mapToLong(spec -> spec.sampleElements().orElse(0) * spec.type().bytes())
                .sum();
        return (int) Math.max(1, Math.min(BATCH, BATCH_BYTES / Math.max(1, bytes)));
    }

    private void advance() {
        part++;
        if (!cut) {
            return;
        }
        List<String> next = parts.from().get(part);
        SpilledSamples spilled = new SpilledSamples(samples, folder);
        int[] done = {0};
        try {
            runPart(model.get(), next, (batch, count) -> {
                spilled.put(batch, done[0], count, next);
                done[0] += count;
            });
        } catch (SpilledSamples.Uneven e) {
            spilled.close();
            if (!weights.haveRoomForAll()) {
                throw e.refused();
            }
            cut = false;
            return;
        } catch (RuntimeException e) {
            spilled.close();
            throw e;
        }
        reached.close();
        reached = spilled;
    }

    @Override
    public void close() {
        reached.close();
    }
}
