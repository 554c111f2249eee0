package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.gate.Finding;
import io.quantfleet.controlplane.gate.Gates;
import io.quantfleet.controlplane.gate.StageFigures;
import io.quantfleet.controlplane.gate.StageFigures.Answers;
import io.quantfleet.controlplane.gate.StageFigures.ClassFigures;
import io.quantfleet.controlplane.gate.StageFigures.Served;
import io.quantfleet.controlplane.gate.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * One rollout to a fleet that exists as numbers only, in a time that runs as fast as it is computed. The strategy, the
 * gates and the moves from state to state are those that run in production; devices, network and database are not there.
 * A device takes a while to install, and then tells at intervals of inferences that are right by chance.
 */
final class GateTrial {
    private static final String DEVICE_CLASS = "rpi-cpu";
    private static final Duration STEP = Duration.ofSeconds(1);
    private static final int WINDOW_SECONDS = 10;
    private static final int INFERENCES_PER_WINDOW = 20;
    private static final int INSTALLS_PER_SECOND = 25;
    /** How far the accuracies of devices with the same variant lie apart, as a standard deviation. */
    private static final double BETWEEN_DEVICES = 0.005;

    private static final Duration LIMIT = Duration.ofHours(6);
    private static final double PERCENT = 100;

    private final Strategy strategy;
    private final int devices;
    private final double fp32Accuracy;

    /** @param devices in the fleet, all of one class */
    GateTrial(Strategy strategy, int devices, double fp32Accuracy) {
        this.strategy = strategy;
        this.devices = devices;
        this.fp32Accuracy = fp32Accuracy;
    }

    /**
     * How a rollout ended.
     *
     * @param state a final one, or the one that it was in after six hours
     * @param stage the last that was opened, from 0
     * @param asked how many devices were asked to install
     * @param took from its start
     */
    record Outcome(RolloutState state, int stage, int asked, Duration took) {
        boolean isStopped() {
            return state instanceof RolloutState.RolledBack;
        }

        boolean isFinished() {
            return state instanceof RolloutState.Finished;
        }
    }

    /** Rolls out a variant that is right so often. */
    Outcome run(double accuracy, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Instant begin = Instant.EPOCH;
        Instant now = begin;
        RolloutState state = new RolloutState.Draft().start(Optional.empty(), strategy.stage(0), now);
        StageDevices stage = new StageDevices(0, 0);
        int asked = 0;
        while (!state.isFinal() && now.isBefore(begin.plus(LIMIT))) {
            now = now.plus(STEP);
            if (state instanceof RolloutState.RollingBack back) {
                // Each takes its old version as it took the new one, and nothing holds it up.
                state = back.counted(new RolloutState.Progress(0, 0, true));
            } else if (state instanceof RolloutState.Running running) {
                if (running.stage() != stage.index || asked == 0) {
                    stage = new StageDevices(running.stage(), size(running.stage()) - asked);
                    asked += stage.accuracies.length;
                    stage.draw(random, accuracy);
                }
                stage.second(random);
                state = judge(running, stage, now);
            }
        }
        return new Outcome(state, stage.index, asked, Duration.between(begin, now));
    }

    /** How many devices are in this stage and those before it. */
    private int size(int stage) {
        double percent = strategy.stage(stage)
                .percent()
                .orElseThrow(() -> new IllegalArgumentException("trials take stages by percentage only"));
        return (int) Math.ceil(percent / PERCENT * devices);
    }

    private RolloutState judge(RolloutState.Running running, StageDevices stage, Instant now) {
        Gates gates = strategy.stage(stage.index).gates().orElseGet(Gates::none);
        List<Finding> findings = gates.judge(stage.figures(fp32Accuracy));
        int underway = stage.accuracies.length - stage.active;
        return running.judged(
                strategy,
                new RolloutState.Progress(0, underway, false),
                Gates.verdict(findings),
                findings.stream()
                        .filter(finding -> finding.verdict() == Verdict.FAIL)
                        .map(Finding::toString)
                        .collect(Collectors.joining("; ")),
                now);
    }

    /** The devices of one stage, and what they have told. */
    private static final class StageDevices {
        private final int index;
        private final double[] accuracies;
        private final int[] seconds;
        private int active;
        private int measuring;
        private long right;
        private long wrong;

        StageDevices(int index, int devices) {
            this.index = index;
            this.accuracies = new double[devices];
            this.seconds = new int[devices];
        }

        void draw(SplittableRandom random, double accuracy) {
            for (int i = 0; i < accuracies.length; i++) {
                accuracies[i] = Math.min(1, Math.max(0, accuracy + BETWEEN_DEVICES * random.nextGaussian()));
                seconds[i] = random.nextInt(WINDOW_SECONDS);
            }
        }

        void second(SplittableRandom random) {
            active = Math.min(accuracies.length, active + INSTALLS_PER_SECOND);
            for (int i = 0; i < active; i++) {
                seconds[i]++;
                if (seconds[i] % WINDOW_SECONDS == 0) {
                    measuring = Math.max(measuring, i + 1);
                    window(random, accuracies[i]);
                }
            }
        }

        private void window(SplittableRandom random, double accuracy) {
            for (int i = 0; i < INFERENCES_PER_WINDOW; i++) {
                if (random.nextDouble() < accuracy) {
                    right++;
                } else {
                    wrong++;
                }
            }
        }

        StageFigures figures(double fp32Accuracy) {
            ClassFigures figures = new ClassFigures(
                    DEVICE_CLASS,
                    active,
                    measuring,
                    new Served(new Answers(right, wrong), Answers.NONE, right + wrong, 0, OptionalDouble.empty()),
                    OptionalDouble.of(fp32Accuracy),
                    OptionalDouble.empty(),
                    Optional.empty(),
                    OptionalDouble.empty());
            return new StageFigures(accuracies.length, active, 0, active, 0, List.of(figures));
        }
    }
}
