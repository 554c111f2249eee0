package io.quantfleet.quantizer.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import io.quantfleet.quantizer.onnx.OnnxModel;
import io.quantfleet.quantizer.train.graph.DifferentiableGraph;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Trains a language model in FP32 from its initial weights, by cross entropy of the next token: AdamW, a rate that rises for a
 * twentieth of the steps and falls like a cosine after that. The same seed, threads and machine give the same weights. For use
 * by one thread.
 */
public final class LanguageModelTraining {
    private static final float FINAL_SHARE = 0.02f;
    private static final float WEIGHT_DECAY = 0.01f;
    private static final int WARM_UP = 20;

    private final Settings settings;
    private final Listener listener;

    /**
     * How it is trained.
     *
     * @param steps how many batches
     * @param batch samples in a batch
     * @param peakRate the greatest learning rate
     * @param threads how many threads compute
     */
    public record Settings(int steps, int batch, float peakRate, int threads) {
        public Settings {
            if (steps < WARM_UP || batch < 1 || threads < 1 || !(peakRate > 0)) {
                throw new IllegalArgumentException("training takes at least " + WARM_UP
                        + " steps of one sample, one thread and a learning rate above 0");
            }
        }
    }

    /** Hears of each step; it stops the training by throwing. */
    @FunctionalInterface
    public interface Listener {
        /**
         * A step is done.
         *
         * @param step from 1 on
         * @param loss in nats for a token
         */
        void stepped(int step, double loss);
    }

    public LanguageModelTraining(Settings settings, Listener listener) {
        this.settings = settings;
        this.listener = listener;
    }

    /**
     * Trains.
     *
     * @param start the model with its initial weights, which are the stored tensors whose names end in {@code .weight}
     * @param input the input that takes tokens
     * @param output the output that gives a score for each token at each place
     * @param samples gives samples with one more token than the input takes
     * @return the model with the weights as they have become
     * @throws io.quantfleet.quantizer.QuantizerException if this process can't train, or not this model
     */
    public OnnxModel train(OnnxModel start, String input, String output, Supplier<int[]> samples) {
        TrainingEngine.load(settings.threads());
        try (DifferentiableGraph graph = DifferentiableGraph.of(start)) {
            Map<String, NDArray> trained = new LinkedHashMap<>();
            graph.parameters().forEach((name, parameter) -> {
                if (name.endsWith(".weight")) {
                    parameter.setRequiresGradient(true);
                    trained.put(name, parameter);
                }
            });
            Optimizer optimizer = optimizer();
            for (int step = 1; step <= settings.steps(); step++) {
                double loss = gradients(graph, input, output, samples);
                // Outside the scope of the step, which would close the optimizer's own state.
                trained.forEach((name, parameter) -> update(optimizer, name, parameter));
                listener.stepped(step, loss);
            }
            return graph.trained();
        }
    }

    private static void update(Optimizer optimizer, String name, NDArray parameter) {
        try (NDArray gradient = parameter.getGradient()) {
            optimizer.update(name, parameter, gradient);
            gradient.subi(gradient);
        }
    }

    private double gradients(DifferentiableGraph graph, String input, String output, Supplier<int[]> samples) {
        try (NDManager manager = graph.manager().newSubManager();
                NDScope scope = new NDScope();
                GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            scope.suppressNotUsedWarning();
            int[][] batch = new int[settings.batch()][];
            for (int i = 0; i < batch.length; i++) {
                batch[i] = samples.get();
            }
            int places = batch[0].length - 1;
            long[] tokens = new long[batch.length * places];
            long[] next = new long[tokens.length];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = batch[i / places][i % places];
                next[i] = batch[i / places][i % places + 1];
            }
            NDArray scores = graph.run(
                            Map.of(input, manager.create(tokens, new Shape(batch.length, places))), List.of(output))
                    .values()
                    .iterator()
                    .next();
            long vocabulary = scores.getShape().get(2);
            NDArray loss = Loss.softmaxCrossEntropyLoss()
                    .evaluate(
                            new NDList(manager.create(next, new Shape(next.length))),
                            new NDList(scores.reshape(next.length, vocabulary)));
            collector.backward(loss);
            return loss.getFloat();
        }
    }

    private Optimizer optimizer() {
        int rising = settings.steps() / WARM_UP;
        float least = settings.peakRate() * FINAL_SHARE;
        return Optimizer.adamW()
                .optLearningRateTracker(Schedule.cosine(rising, least, settings.peakRate(), least, settings.steps()))
                .optWeightDecays(WEIGHT_DECAY)
                .build();
    }
}
