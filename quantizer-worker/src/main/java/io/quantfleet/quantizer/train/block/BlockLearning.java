package io.quantfleet.quantizer.train.block;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import com.google.protobuf.ByteString;
import io.quantfleet.quantizer.ProgressListener;
import io.quantfleet.quantizer.dataset.SampleSource;
import io.quantfleet.quantizer.onnx.Graph;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.prepare.PreparedModel;
import io.quantfleet.quantizer.quantize.LearnedWeight;
import io.quantfleet.quantizer.rounding.Layer;
import io.quantfleet.quantizer.runtime.TensorSpec;
import io.quantfleet.quantizer.train.graph.DifferentiableGraph;
import io.quantfleet.quantizer.train.graph.SampleFeeder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The learning of one block: what it is given and should give, and its weights in the making. For use by one thread. */
final class BlockLearning implements AutoCloseable {
    private static final double WARM_UP = 0.2;
    private static final int FIRST_BETA = 20;
    private static final int LAST_BETA = 2;
    private static final int STEPS_BETWEEN_NEWS = 10;
    /** One of so many samples tells whether the block gained. */
    private static final int HELD_OUT = 8;
    /** What share of a block's error rounding is taken to make at least. */
    private static final double LEAST_SHARE = 0.05;

    private final Block block;
    private final BlockReconstruction.Settings settings;
    private final Random random;
    private final DifferentiableGraph graph;
    private final Map<String, Activations> inputs = new LinkedHashMap<>();
    private final Activations targets;
    private final Map<String, SoftWeight> weights = new LinkedHashMap<>();
    private final int[] learnedFrom;
    private final int[] heldOut;

    /** @param variant with the blocks before this one rounded as learned */
    BlockLearning(
            Block block,
            OnnxModel variant,
            PreparedModel prepared,
            SampleSource samples,
            BlockReconstruction.Settings settings,
            long seed) {
        this.block = block;
        this.settings = settings;
        this.random = new Random(seed);
        String output = block.output().read();
        List<TensorSpec> from = given(variant, prepared);
        OnnxModel part = variant.between(from, List.of(output));
        this.graph = DifferentiableGraph.of(part);
        Graph read = part.graph();
        from.removeIf(spec -> read.consumers(spec.name()).isEmpty());
        TensorSpec wanted = prepared.facts().spec(block.output().tensor(), output);
        int count = count(from, wanted, samples.size());
        for (TensorSpec spec : from) {
            boolean inside =
                    block.input().filter(cut -> cut.read().equals(spec.name())).isPresent();
            inputs.put(
                    spec.name(),
                    inside
                            ? Activations.of(variant, spec.name(), samples, count, graph.manager())
                            : fed(spec, samples, count));
        }
        this.targets = Activations.of(prepared.model(), block.output().tensor(), samples, count, graph.manager());
        int kept = count / HELD_OUT;
        this.learnedFrom = IntStream.range(0, count - kept).toArray();
        this.heldOut =
                kept == 0 ? learnedFrom : IntStream.range(count - kept, count).toArray();
        for (Layer layer : block.layers()) {
            weights.put(read.consumers(layer.integers()).get(0).output(), new SoftWeight(layer, graph.manager()));
        }
    }

    // The model's inputs and, where the block begins inside it, what enters there.
    private List<TensorSpec> given(OnnxModel variant, PreparedModel prepared) {
        List<TensorSpec> from = new ArrayList<>();
        for (TensorSpec input : variant.inputs()) {
            Optional<List<Long>> seen = prepared.facts().shape(input.name());
            from.add(seen.map(input::withShape).orElse(input));
        }
        block.input().ifPresent(cut -> from.add(prepared.facts().spec(cut.tensor(), cut.read())));
        return from;
    }

    // How many samples the memory holds.
    private int count(List<TensorSpec> from, TensorSpec wanted, int samples) {
        long bytes = wanted.sampleElements().orElse(0) * wanted.type().bytes();
        for (TensorSpec spec : from) {
            bytes += spec.sampleElements().orElse(0) * spec.type().bytes();
        }
        return (int) Math.min(samples, Math.max(HELD_OUT, settings.memoryBytes() / Math.max(1, bytes)));
    }

    private Activations fed(TensorSpec spec, SampleSource samples, int count) {
        NDArray all = Objects.requireNonNull(new SampleFeeder(List.of(spec), Map.of())
                .feed(graph.manager(), samples, IntStream.range(0, count).toArray())
                .get(spec.name()));
        long[] shape = all.getShape().getShape().clone();
        shape[0] = 1;
        return new Activations(all.reshape(count, -1), new Shape(shape));
    }

    /** Learns, all steps. */
    void run(ProgressListener news) {
        // Against rounding to nearest, whatever the variant has: an error that is small already would leave no weight
        // to the rest.
        double nearest = error(each(SoftWeight::nearest), learnedFrom);
        double byRounding = Math.max(nearest - error(each(SoftWeight::real), learnedFrom), nearest * LEAST_SHARE);
        int size = block.layers().stream().mapToInt(Layer::size).sum();
        float factor = (float) (byRounding > 0 ? size / byRounding : 1);
        Optimizer optimizer = Optimizer.adam()
                .optLearningRateTracker(Tracker.fixed((float) settings.rate()))
                .build();
        int warm = (int) (settings.iterations() * WARM_UP);
        for (int step = 0; step < settings.iterations(); step++) {
            if (step % STEPS_BETWEEN_NEWS == 0) {
                news.progressed((double) step / settings.iterations());
            }
            double done = (double) (step - warm) / Math.max(1, settings.iterations() - warm);
            gradients(factor, step < warm ? 0 : LAST_BETA + (FIRST_BETA - LAST_BETA) * (1 - done));
            // Outside the scope of the gradients, which would close the optimizer's own state.
            weights.values().forEach(weight -> weight.move(optimizer));
        }
    }

    private void gradients(float factor, double beta) {
        long[] chosen = random.ints(Math.min(settings.batch(), learnedFrom.length), 0, learnedFrom.length)
                .asLongStream()
                .toArray();
        try (NDScope scope = new NDScope();
                GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            scope.suppressNotUsedWarning();
            Map<String, NDArray> soft = new LinkedHashMap<>();
            List<NDArray> costs = new ArrayList<>();
            weights.forEach((name, weight) -> {
                NDArray rounding = weight.rounding();
                soft.put(name, weight.weight(rounding));
                if (beta > 0) {
                    costs.add(SoftWeight.cost(rounding, beta).mul(settings.pressure()));
                }
            });
            NDArray numbers = graph.manager().create(chosen);
            NDArray loss = distance(soft, numbers, true).mul(factor / chosen.length);
            for (NDArray cost : costs) {
                loss = loss.add(cost);
            }
            collector.backward(loss);
        }
    }

    // The sum of squares over some samples, with the weights that the variant has where none are given.
    private NDArray distance(Map<String, NDArray> with, NDArray numbers, boolean recorded) {
        Map<String, NDArray> feeds = new LinkedHashMap<>(with);
        inputs.forEach((name, activations) -> feeds.put(name, activations.of(numbers)));
        List<String> wanted = List.of(block.output().read());
        NDArray given = Objects.requireNonNull(
                (recorded ? graph.run(feeds, wanted) : graph.evaluate(feeds, wanted)).get(wanted.get(0)));
        return given.sub(targets.of(numbers)).square().sum();
    }

    private double error(Map<String, NDArray> with, int... numbers) {
        double sum = 0;
        for (int first = 0; first < numbers.length; first += settings.batch()) {
            long[] some = IntStream.range(first, Math.min(numbers.length, first + settings.batch()))
                    .mapToLong(i -> numbers[i])
                    .toArray();
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                sum += distance(with, graph.manager().create(some), false).getFloat();
            }
        }
        return sum / numbers.length;
    }

    private Map<String, NDArray> each(Function<SoftWeight, NDArray> form) {
        Map<String, NDArray> each = new LinkedHashMap<>();
        weights.forEach((name, weight) -> each.put(name, form.apply(weight)));
        return each;
    }

    /** What the block gained so far. */
    BlockReconstruction.Gain gain() {
        return new BlockReconstruction.Gain(
                block.output().tensor(),
                block.layers().size(),
                error(Map.of(), heldOut),
                error(each(SoftWeight::hard), heldOut));
    }

    /** The weights as they are learned. */
    Map<Layer, LearnedWeight> weights() {
        Map<Layer, LearnedWeight> learned = new LinkedHashMap<>();
        for (SoftWeight weight : weights.values()) {
            ByteString integers = ByteString.copyFrom(weight.integers());
            learned.put(
                    weight.layer(), new LearnedWeight(integers, weight.layer().scales()));
        }
        return learned;
    }

    @Override
    public void close() {
        graph.close();
    }
}
