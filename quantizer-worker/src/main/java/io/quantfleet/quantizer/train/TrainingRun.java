package io.quantfleet.quantizer.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.training.GradientCollector;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.quantizer.QuantizerException;
import io.quantfleet.quantizer.dataset.LabelledSamples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The loop of a training: batches, updates by a schedule, points of the curve, checkpoints. Which samples come in which step, and
 * how far it moves, depends on the settings and the step's number alone, so that it can go on in another process.
 */
final class TrainingRun {
    private static final double WARM_UP = 0.05;
    private static final double FINAL_RATE = 0.01;

    private final TrainingSettings settings;
    private final TrainingListener listener;
    private final TrainableVariant variant;
    private final TrainingLoss loss;
    private final Judge judge;
    private final String identity;
    private final Duration betweenCheckpoints;
    private final LabelledSamples samples;
    private final int stepsPerEpoch;
    private final StepPlan plan;
    private final List<TrainingPoint> curve = new ArrayList<>();
    private final long begun = System.nanoTime();
    private int step;
    private int steps;
    private double secondsBefore;
    private double secondsAtCheckpoint;
    private double losses;
    private int lossesSince;
    private double best;
    private int epochsWithoutGain;
    private Map<String, float[]> bestValues = Map.of();

    TrainingRun(
            TrainingSettings settings,
            TrainingListener listener,
            TrainableVariant variant,
            TrainingLoss loss,
            Judge judge,
            String identity,
            Duration betweenCheckpoints) {
        this.settings = settings;
        this.listener = listener;
        this.variant = variant;
        this.loss = loss;
        this.judge = judge;
        this.identity = identity;
        this.betweenCheckpoints = betweenCheckpoints;
        this.samples = loss.samples();
        this.stepsPerEpoch = Math.max(1, samples.size() / settings.method().batch());
        this.steps = Math.multiplyExact(stepsPerEpoch, settings.epochs());
        this.plan = new StepPlan(steps, settings.time());
    }

    List<TrainingPoint> curve() {
        return List.copyOf(curve);
    }

    /** Trains until all steps are done or the time is over, and leaves the best parameters in place. */
    void toItsEnd() {
        Optional<Checkpoint> earlier = settings.checkpoint().flatMap(file -> Checkpoint.read(file, identity));
        earlier.ifPresentOrElse(this::takeUp, this::begin);
        double startOfSteps = seconds();
        int firstStep = step;
        int[] order = order(step / stepsPerEpoch);
        while (step < steps && !outOfPatience()) {
            int place = step % stepsPerEpoch;
            order = place == 0 ? order(step / stepsPerEpoch) : order;
            step(order, place * settings.method().batch());
            step++;
            double seconds = seconds();
            steps = plan.steps(steps, step, step - firstStep, seconds - startOfSteps, seconds);
            listener.progressed((double) step / steps);
            if (step == 1) {
                report(best);
            }
            boolean epochEnds = step % stepsPerEpoch == 0 || step == steps;
            if (epochEnds) {
                measure();
            }
            if (epochEnds || seconds() - secondsAtCheckpoint >= betweenCheckpoints.toMillis() / 1000.0) {
                settings.checkpoint().ifPresent(file -> checkpoint().write(file));
                secondsAtCheckpoint = seconds();
            }
        }
        variant.updates().restore(bestValues);
    }

    private boolean outOfPatience() {
        OptionalInt patience = settings.method().patience();
        return patience.isPresent() && epochsWithoutGain >= patience.getAsInt();
    }

    private void begin() {
        best = judge.accuracy(judge.scores(variant.exported()));
        bestValues = variant.updates().values();
    }

    private void takeUp(Checkpoint earlier) {
        variant.updates().restore(earlier.step(), earlier.state());
        step = earlier.step();
        steps = earlier.steps();
        secondsBefore = earlier.seconds();
        secondsAtCheckpoint = secondsBefore;
        losses = earlier.losses();
        lossesSince = earlier.lossesSince();
        best = earlier.best();
        epochsWithoutGain = earlier.epochsWithoutGain();
        bestValues = earlier.bestValues();
        curve.addAll(earlier.curve());
    }

    private Checkpoint checkpoint() {
        Map<String, float[]> state = new HashMap<>();
        variant.updates().state().forEach((name, array) -> state.put(name, array.toFloatArray()));
        return new Checkpoint(
                identity,
                step,
                steps,
                seconds(),
                losses,
                lossesSince,
                best,
                epochsWithoutGain,
                curve,
                state,
                bestValues);
    }

    private double seconds() {
        return secondsBefore + (System.nanoTime() - begun) / 1e9;
    }

    // All samples once, in an order of the epoch's own.
    private int[] order(int epoch) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, samples.size()).boxed().toList());
        Collections.shuffle(order, new Random(settings.seed() * 31 + epoch));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    private void step(int[] order, int first) {
        int count = Math.min(settings.method().batch(), order.length - first);
        int parts = Math.min(settings.method().accumulation(), count);
        for (int part = 0; part < parts; part++) {
            int from = first + count * part / parts;
            int to = first + count * (part + 1) / parts;
            losses += gradients(Arrays.copyOfRange(order, from, to)) * (to - from) / count;
        }
        lossesSince++;
        variant.updates().update(rate(), 1.0 / parts);
    }

    private double gradients(int[] numbers) {
        try (NDScope scope = new NDScope();
                GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            scope.suppressNotUsedWarning();
            NDArray value = loss.of(variant.manager(), variant.answers(samples, numbers), numbers);
            float number = value.getFloat();
            if (!Float.isFinite(number)) {
                throw new QuantizerException(
                        ReasonCode.QUANTIZATION_FAILED,
                        "the loss became " + number + " in step " + (step + 1)
                                + "; train with a lower learning rate than " + settings.rate());
            }
            collector.backward(value);
            return number;
        }
    }

    // Up to the full rate, then down along half a cosine.
    private double rate() {
        int warmUp = (int) (steps * WARM_UP);
        float full = (float) settings.rate();
        return Schedule.cosine(warmUp, full / (warmUp + 1), full, (float) (full * FINAL_RATE), steps)
                .getNewValue(step);
    }

    private void measure() {
        double accuracy = judge.accuracy(judge.scores(variant.exported()));
        epochsWithoutGain++;
        if (accuracy > best) {
            best = accuracy;
            bestValues = variant.updates().values();
            epochsWithoutGain = 0;
        }
        report(accuracy);
    }

    private void report(double accuracy) {
        TrainingPoint point = new TrainingPoint(
                Math.max(1, (step + stepsPerEpoch - 1) / stepsPerEpoch),
                (double) step / steps,
                seconds(),
                lossesSince == 0 ? curve.get(curve.size() - 1).loss() : losses / lossesSince,
                accuracy);
        losses = 0;
        lossesSince = 0;
        curve.add(point);
        listener.trained(point);
    }
}
