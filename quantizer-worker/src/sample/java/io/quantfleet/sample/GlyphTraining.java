package io.quantfleet.sample;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Trains a {@link GlyphNetwork} from nothing; one instance, one training, one thread. */
final class GlyphTraining implements AutoCloseable {
    private static final int BATCH = 32;
    private static final float PEAK_RATE = 2e-3f;
    private static final float FINAL_RATE = 2e-5f;
    private static final float WEIGHT_DECAY = 0.01f;

    private final int seed;
    private final int epochs;
    private final PrintStream log;
    private final GlyphNetwork network = new GlyphNetwork(GlyphImages.CLASSES.size());
    private final Model model = Model.newInstance("glyphs", Device.cpu());

    GlyphTraining(int seed, int epochs, PrintStream log) {
        this.seed = seed;
        this.epochs = epochs;
        this.log = log;
    }

    GlyphNetwork network() {
        return network;
    }

    /** Trains on {@code images[0..count)} of the supply, telling after every epoch how it goes. */
    void train(GlyphImages images, int count) {
        Engine.getInstance().setRandomSeed(seed);
        model.setBlock(network.block());
        byte[] pixels = images.pixels(0, count);
        List<Integer> order = new ArrayList<>(IntStream.range(0, count).boxed().toList());
        Random random = new Random(seed);
        int batches = count / BATCH;
        try (Trainer trainer = model.newTrainer(configuration(epochs * batches))) {
            trainer.initialize(GlyphNetwork.inputShape(BATCH));
            for (int epoch = 1; epoch <= epochs; epoch++) {
                long start = System.nanoTime();
                Collections.shuffle(order, random);
                double loss = 0;
                for (int batch = 0; batch < batches; batch++) {
                    loss += step(trainer, pixels, order.subList(batch * BATCH, (batch + 1) * BATCH)) / batches;
                }
                double seconds = (System.nanoTime() - start) / 1e9;
                log.printf("epoch %2d of %d: loss %.4f, %.1f s%n", epoch, epochs, loss, seconds);
            }
        }
    }

    private static DefaultTrainingConfig configuration(int steps) {
        Tracker rate = Tracker.warmUp()
                .optWarmUpSteps(steps / 20)
                .optWarmUpBeginValue(PEAK_RATE / 50)
                .setMainTracker(Tracker.cosine()
                        .setBaseValue(PEAK_RATE)
                        .optFinalValue(FINAL_RATE)
                        .setMaxUpdates(steps - steps / 20)
                        .build())
                .build();
        return new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optDevices(new Device[] {Device.cpu()})
                .optInitializer(new XavierInitializer(), "weight")
                .optOptimizer(Optimizer.adamW()
                        .optLearningRateTracker(rate)
                        .optWeightDecays(WEIGHT_DECAY)
                        .build());
    }

    private static double step(Trainer trainer, byte[] pixels, List<Integer> rows) {
        double loss = gradients(trainer, pixels, rows);
        trainer.step(); // outside the scope below, which would close the optimizer's own state
        return loss;
    }

    private static double gradients(Trainer trainer, byte[] pixels, List<Integer> rows) {
        try (NDManager manager = trainer.getManager().newSubManager();
                NDScope scope = new NDScope();
                GradientCollector gradients = trainer.newGradientCollector()) {
            scope.suppressNotUsedWarning();
            NDList output = trainer.forward(new NDList(input(manager, pixels, rows)));
            NDArray loss = trainer.getLoss().evaluate(new NDList(manager.create(classes(rows))), output);
            gradients.backward(loss);
            return loss.getFloat();
        }
    }

    private static float[] classes(List<Integer> rows) {
        float[] classes = new float[rows.size()];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = GlyphImages.label(rows.get(i));
        }
        return classes;
    }

    private static NDArray input(NDManager manager, byte[] pixels, List<Integer> rows) {
        int size = (int) GlyphNetwork.inputShape(1).size();
        ByteBuffer batch = ByteBuffer.allocateDirect(rows.size() * size);
        rows.forEach(row -> batch.put(pixels, row * size, size));
        batch.rewind();
        return normalised(manager, manager.create(batch, GlyphNetwork.inputShape(rows.size()), DataType.UINT8));
    }

    /** (pixel * scale - mean) / deviation, as the model's description says. */
    private static NDArray normalised(NDManager manager, NDArray bytes) {
        NDArray centre = manager.create(Normalisation.MEAN, new Shape(1, 3, 1, 1));
        NDArray spread = manager.create(Normalisation.DEVIATION, new Shape(1, 3, 1, 1));
        return bytes.toType(DataType.FLOAT32, true)
                .mul(Normalisation.SCALE)
                .sub(centre)
                .div(spread);
    }

    /** The logits of {@code count} images, one row of classes per image, as the trained network computes them in PyTorch. */
    float[][] logits(byte[] pixels, int count) {
        float[][] rows = new float[count][];
        ParameterStore parameters = new ParameterStore(model.getNDManager(), false);
        for (int at = 0; at < count; at += BATCH) {
            List<Integer> indices = IntStream.range(at, Math.min(count, at + BATCH)).boxed().toList();
            try (NDManager manager = model.getNDManager().newSubManager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDList output = network.block().forward(parameters, new NDList(input(manager, pixels, indices)), false);
                float[] flat = output.singletonOrThrow().toFloatArray();
                int classes = flat.length / indices.size();
                for (int row = 0; row < indices.size(); row++) {
                    rows[at + row] = Arrays.copyOfRange(flat, row * classes, (row + 1) * classes);
                }
            }
        }
        return rows;
    }

    @Override
    public void close() {
        model.close();
    }
}
