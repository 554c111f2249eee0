package io.quantfleet.quantizer.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Buffers for one batch of a model's inputs and outputs, filled and run again and again without copying: ONNX Runtime
 * reads the inputs and writes the outputs where they lie. Outputs whose shape is known only after a run, or whose first
 * dimension is not surely the batch, are copied.
 *
 * <p>A model whose first dimension is fixed always runs a full batch: where fewer samples are given, the last one is
 * repeated. Not for use by several threads; the session that made it must stay open.
 */
public final class Batch {
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final List<TensorSpec> outputs;
    private final Set<String> followsBatch;
    private final int capacity;
    private final boolean fixed;
    private final Map<String, TensorSpec> inputs = new LinkedHashMap<>();
    private final Map<String, ByteBuffer> feeds = new LinkedHashMap<>();
    private final Map<String, ByteBuffer> pinned = new LinkedHashMap<>();
    private Map<String, HostTensor> results = Map.of();

    Batch(
            OrtEnvironment environment,
            OrtSession session,
            List<TensorSpec> inputs,
            List<TensorSpec> outputs,
            Set<String> followsBatch,
            int samples) {
        if (samples < 1) {
            throw new IllegalArgumentException("a batch has at least one sample, not " + samples);
        }
        this.environment = environment;
        this.session = session;
        this.outputs = outputs;
        this.followsBatch = followsBatch;
        this.fixed = inputs.stream().anyMatch(input -> input.fixedBatch().isPresent());
        this.capacity = fixed ? commonBatch(inputs) : samples;
        for (TensorSpec input : inputs) {
            this.inputs.put(input.name(), input);
            feeds.put(input.name(), Buffers.direct(Math.multiplyExact(capacity, sampleBytes(input))));
        }
        outputs.stream()
                .filter(this::pinnable)
                .forEach(output ->
                        pinned.put(output.name(), Buffers.direct(Math.multiplyExact(capacity, sampleBytes(output)))));
    }

    private static int commonBatch(List<TensorSpec> inputs) {
        List<Long> sizes = inputs.stream()
                .map(input -> input.fixedBatch().orElse(TensorSpec.DYNAMIC))
                .distinct()
                .toList();
        if (sizes.size() != 1 || sizes.get(0) < 1) {
            throw new QuantizerException(
                    ReasonCode.MODEL_MALFORMED, "the inputs' first dimensions differ, so there is no batch: " + sizes);
        }
        return Math.toIntExact(sizes.get(0));
    }

    private static long sampleBytes(TensorSpec tensor) {
        if (tensor.shape().isEmpty()) {
            throw new QuantizerException(
                    ReasonCode.MODEL_MALFORMED, "tensor " + tensor.name() + " is a scalar and has no batch axis");
        }
        long elements = tensor.sampleElements()
                .orElseThrow(() -> new QuantizerException(
                        ReasonCode.MODEL_MALFORMED,
                        "tensor " + tensor.name() + " has dynamic dimensions besides the batch: " + tensor.shape()));
        return Math.multiplyExact(elements, tensor.type().bytes());
    }

    private boolean pinnable(TensorSpec output) {
        boolean sameBatch = fixed
                ? output.fixedBatch().orElse(TensorSpec.DYNAMIC) == capacity
                : followsBatch.contains(output.name());
        return sameBatch && !output.shape().isEmpty() && output.sampleElements().isPresent();
    }

    /** The most samples in one run. */
    public int capacity() {
        return capacity;
    }

    /** Whether every run takes exactly {@link #capacity()} samples. */
    public boolean fixed() {
        return fixed;
    }

    /** Fills the batch with {@code count} samples of a source, from number {@code first} on. */
    public void fill(InputFiller source, int first, int count) {
        for (TensorSpec input : inputs.values()) {
            ByteBuffer target = input(input.name());
            for (int sample = first; sample < first + count; sample++) {
                source.fill(sample, input.name(), target);
            }
        }
    }

    /** The buffer of an input, emptied: append the samples one after another, in native byte order. */
    public ByteBuffer input(String name) {
        ByteBuffer buffer = feeds.get(name);
        if (buffer == null) {
            throw new IllegalArgumentException("the model has no input " + name + ", only " + feeds.keySet());
        }
        return buffer.clear();
    }

    /**
     * Runs the model on the first {@code count} samples.
     *
     * @throws QuantizerException if an input was not filled with that many samples, or ONNX Runtime fails
     */
    public void run(int count) {
        if (count < 1 || count > capacity) {
            throw new IllegalArgumentException("a run takes 1 to " + capacity + " samples, not " + count);
        }
        int rows = fixed ? capacity : count;
        try (OrtTensors natives = new OrtTensors(environment)) {
            Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
            for (TensorSpec input : inputs.values()) {
                tensors.put(input.name(), natives.over(filled(input, count, rows)));
            }
            Map<String, HostTensor> targets = targets(rows);
            Map<String, OnnxTensor> places = new LinkedHashMap<>();
            for (Map.Entry<String, HostTensor> target : targets.entrySet()) {
                places.put(target.getKey(), natives.over(target.getValue()));
            }
            results = run(tensors, targets, places);
        } catch (OrtException e) {
            throw OnnxSession.failed(e);
        }
    }

    private Map<String, HostTensor> run(
            Map<String, OnnxTensor> tensors, Map<String, HostTensor> targets, Map<String, OnnxTensor> places)
            throws OrtException {
        Set<String> rest = new LinkedHashSet<>();
        outputs.stream()
                .map(TensorSpec::name)
                .filter(name -> !targets.containsKey(name))
                .forEach(rest::add);
        try (OrtSession.Result result = session.run(tensors, rest, places)) {
            Map<String, HostTensor> all = new LinkedHashMap<>(targets);
            for (String name : rest) {
                OutputView view =
                        OrtTensors.view(name, result.get(name).orElseThrow()).orElseThrow();
                all.put(name, view.elements().get());
            }
            return all;
        }
    }

    private HostTensor filled(TensorSpec input, int count, int rows) {
        int sampleBytes = Math.toIntExact(sampleBytes(input));
        ByteBuffer buffer = feeds.get(input.name());
        if (buffer == null || buffer.position() != count * sampleBytes) {
            throw new QuantizerException(
                    ReasonCode.DATASET_INVALID,
                    "input " + input.name() + " takes " + sampleBytes + " bytes a sample, but " + count
                            + " samples came with " + (buffer == null ? 0 : buffer.position()));
        }
        for (int row = count; row < rows; row++) {
            buffer.put(buffer.slice((count - 1) * sampleBytes, sampleBytes));
        }
        ByteBuffer data = buffer.slice(0, rows * sampleBytes).order(ByteOrder.nativeOrder());
        buffer.position(count * sampleBytes);
        return new HostTensor(input.type(), shape(input, rows), data);
    }

    private Map<String, HostTensor> targets(int rows) {
        Map<String, HostTensor> targets = new LinkedHashMap<>();
        for (TensorSpec output : outputs) {
            ByteBuffer buffer = pinned.get(output.name());
            if (buffer != null) {
                int bytes = Math.toIntExact(rows * sampleBytes(output));
                ByteBuffer data = buffer.slice(0, bytes).order(ByteOrder.nativeOrder());
                targets.put(output.name(), new HostTensor(output.type(), shape(output, rows), data));
            }
        }
        return targets;
    }

    private static List<Long> shape(TensorSpec tensor, int rows) {
        List<Long> shape = new ArrayList<>(tensor.shape());
        shape.set(0, (long) rows);
        return shape;
    }

    /**
     * An output of the last run, overwritten by the next. A model with a fixed first dimension gives a full batch, of
     * which only the samples that were put in mean something.
     */
    public HostTensor output(String name) {
        HostTensor result = results.get(name);
        if (result == null) {
            throw new IllegalArgumentException("no output " + name + " in " + results.keySet());
        }
        return result;
    }
}
