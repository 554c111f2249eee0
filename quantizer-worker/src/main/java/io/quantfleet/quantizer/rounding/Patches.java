package io.quantfleet.quantizer.rounding;

import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.runtime.Batch;
import io.quantfleet.quantizer.runtime.ElementType;
import io.quantfleet.quantizer.runtime.HostTensor;
import io.quantfleet.quantizer.runtime.OnnxSession;
import io.quantfleet.quantizer.runtime.RuntimeOptions;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;

/**
 * What one layer was given and should give, at places of samples that were drawn at random: for each place the elements that its
 * outputs are made of, as the variant has them, and FP32's outputs. Kept in memory outside the heap, no more than was allowed.
 *
 * @param count how many places
 * @param inputs places × groups × elements
 * @param targets places × groups × output channels
 */
record Patches(int count, HostTensor inputs, HostTensor targets) {
    private static final int BATCH = 8;
    private static final int FEWEST = 64;

    /**
     * Draws places and collects what is there. Activations are recomputed for every layer and a few samples at a time, so that
     * memory holds one batch of one layer beside the patches.
     *
     * @param most how many places are wanted
     * @param memoryBytes what the patches may take; fewer places are drawn where they would take more
     */
    static Patches of(
            Layer layer,
            OnnxModel fp32,
            OnnxModel variant,
            SampleSource samples,
            int most,
            long memoryBytes,
            Random random) {
        long bytes = (long) layer.groups() * (layer.inputs() + layer.outputs()) * Float.BYTES;
        int count = (int) Math.max(FEWEST, Math.min(most, memoryBytes / bytes));
        Collector collector = new Collector(layer, count, samples.size(), random);
        OnnxModel expected = fp32.between(fp32.inputs(), List.of(layer.target()));
        OnnxModel given = variant.between(variant.inputs(), List.of(layer.input()));
        RuntimeOptions options = RuntimeOptions.threads(1);
        try (OnnxSession first = OnnxSession.open(expected.serialized(), options);
                OnnxSession second = OnnxSession.open(given.serialized(), options)) {
            Batch targets = first.newBatch(Math.min(BATCH, samples.size()));
            Batch inputs = second.newBatch(targets.capacity());
            for (int start = 0; start < samples.size(); start += targets.capacity()) {
                int size = Math.min(targets.capacity(), samples.size() - start);
                targets.fill(samples, start, size);
                targets.run(size);
                inputs.fill(samples, start, size);
                inputs.run(size);
                collector.add(inputs.output(layer.input()), targets.output(layer.target()), size);
            }
        }
        return collector.shuffled();
    }

    /** Some of the inputs, next to one another. */
    HostTensor inputs(int first, int size) {
        return slice(inputs, first, size);
    }

    /** Some of the targets, next to one another. */
    HostTensor targets(int first, int size) {
        return slice(targets, first, size);
    }

    private static HostTensor slice(HostTensor all, int first, int size) {
        int bytes = Math.toIntExact(
                all.shape().get(1) * all.shape().get(2) * all.type().bytes());
        return new HostTensor(
                all.type(),
                List.of((long) size, all.shape().get(1), all.shape().get(2)),
                all.data().slice(first * bytes, size * bytes).order(all.data().order()));
    }

    /** Copies places of one batch after another. */
    private static final class Collector {
        private final Layer layer;
        private final int samples;
        private final Random random;
        private final HostTensor inputs;
        private final HostTensor targets;
        private final int[] order;
        private int sample;
        private int filled;

        Collector(Layer layer, int count, int samples, Random random) {
            this.layer = layer;
            this.samples = samples;
            this.random = random;
            this.inputs = HostTensor.allocate(
                    ElementType.FLOAT32, List.of((long) count, (long) layer.groups(), (long) layer.inputs()));
            this.targets = HostTensor.allocate(
                    ElementType.FLOAT32, List.of((long) count, (long) layer.groups(), (long) layer.outputs()));
            this.order = permutation(count, random);
        }

        private static int[] permutation(int count, Random random) {
            int[] order = new int[count];
            for (int i = 0; i < count; i++) {
                int other = random.nextInt(i + 1);
                order[i] = order[other];
                order[other] = i;
            }
            return order;
        }

        void add(HostTensor given, HostTensor expected, int size) {
            float[] x = given.floats();
            float[] y = expected.floats();
            int rows = Math.toIntExact(given.shape().get(0));
            int perInput = x.length / rows;
            int perTarget = y.length / Math.toIntExact(expected.shape().get(0));
            for (int i = 0; i < size; i++, sample++) {
                int until = Math.toIntExact((long) (sample + 1) * order.length / samples);
                if (layer.node().is("Conv")) {
                    convolution(x, i * perInput, y, i * perTarget, window(given, expected), until);
                } else {
                    rows(x, i * perInput, y, i * perTarget, perInput / layer.inputs(), until);
                }
            }
        }

        private Window window(HostTensor given, HostTensor expected) {
            int[] kernel = layer.weight().getDimsList().stream()
                    .skip(2)
                    .mapToInt(Math::toIntExact)
                    .toArray();
            return Window.of(layer.node(), kernel, given.shape(), expected.shape());
        }

        private void convolution(float[] x, int inputAt, float[] y, int targetAt, Window window, int until) {
            int area = window.area();
            int places = window.places();
            int channels = layer.groups() * layer.inputs() / window.elements();
            while (filled < until) {
                int place = random.nextInt(places);
                int[] offsets = window.offsets(place);
                FloatBuffer in = place(inputs);
                for (int channel = 0; channel < channels; channel++) {
                    for (int offset : offsets) {
                        in.put(offset < 0 ? 0 : x[inputAt + channel * area + offset]);
                    }
                }
                FloatBuffer out = place(targets);
                for (int channel = 0; channel < layer.groups() * layer.outputs(); channel++) {
                    out.put(y[targetAt + channel * places + place]);
                }
                filled++;
            }
        }

        private void rows(float[] x, int inputAt, float[] y, int targetAt, int rows, int until) {
            while (filled < until) {
                int row = random.nextInt(rows);
                place(inputs).put(x, inputAt + row * layer.inputs(), layer.inputs());
                place(targets).put(y, targetAt + row * layer.outputs(), layer.outputs());
                filled++;
            }
        }

        // Places of one sample are spread, so that any run of neighbours is a sample of all.
        private FloatBuffer place(HostTensor tensor) {
            int elements =
                    Math.toIntExact(tensor.shape().get(1) * tensor.shape().get(2));
            return tensor.data().asFloatBuffer().position(order[filled] * elements);
        }

        Patches shuffled() {
            return new Patches(filled, inputs, targets);
        }
    }
}
