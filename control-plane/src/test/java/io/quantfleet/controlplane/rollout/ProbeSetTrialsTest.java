package io.quantfleet.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.quantfleet.controlplane.gate.AccuracyGate;
import io.quantfleet.controlplane.gate.StageFigures;
import io.quantfleet.controlplane.gate.StageFigures.Answers;
import io.quantfleet.controlplane.gate.StageFigures.ClassFigures;
import io.quantfleet.controlplane.gate.StageFigures.Served;
import io.quantfleet.controlplane.gate.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The accuracy gate with answers as devices really give them: 25 canaries that run the same hundred samples over and
 * over, each sample right or wrong for good. Nothing of that is independent by itself. Every trial draws a validation
 * set, a probe set out of it, what FP32 and the variant get right, and the devices' own deviations anew.
 */
class ProbeSetTrialsTest {
    private static final int TRIALS = 100;
    private static final int CANARIES = 25;
    private static final int VALIDATION = 2000;
    private static final int PROBES = 100;
    private static final double FP32_ACCURACY = 0.9;
    /** Of the samples, so many change sides by quantization, as many for the better as for the worse. */
    private static final double CHANGED = 0.02;
    /** Another processor's kernels change an answer of a device now and then, and then always. */
    private static final double DEVIATING = 0.002;
    /** Ten minutes at two inferences a second, told of every ten seconds. */
    private static final int WINDOWS = 60;

    private static final int PER_WINDOW = 20;
    private static final AccuracyGate GATE = new AccuracyGate(AccuracyGate.Reference.FP32, 1, 0.01, Optional.empty());

    /** In which order devices run their samples. */
    private enum Order {
        EACH_ITS_OWN,
        ALL_THE_SAME
    }

    private static final class Trial {
        private final Random random;
        private final boolean[] variant = new boolean[PROBES];
        private final WorkerFigures measured;
        private final double fp32OnProbes;

        Trial(long seed) {
            random = new Random(seed);
            int fp32Right = 0;
            int variantRight = 0;
            int fp32Probes = 0;
            int variantProbes = 0;
            for (int i = 0; i < VALIDATION; i++) {
                boolean fp32 = random.nextDouble() < FP32_ACCURACY;
                double flips = CHANGED / 2 / (fp32 ? FP32_ACCURACY : 1 - FP32_ACCURACY);
                boolean quantized = (random.nextDouble() < flips) != fp32;
                fp32Right += fp32 ? 1 : 0;
                variantRight += quantized ? 1 : 0;
                if (i < PROBES) {
                    variant[i] = quantized;
                    fp32Probes += fp32 ? 1 : 0;
                    variantProbes += quantized ? 1 : 0;
                }
            }
            fp32OnProbes = (double) fp32Probes / PROBES;
            measured = new WorkerFigures(
                    (double) variantProbes / PROBES,
                    Optional.of(fp32OnProbes),
                    Optional.of((double) variantRight / VALIDATION),
                    Optional.of((double) fp32Right / VALIDATION));
        }

        /** @param lost the points that devices lose against what the worker measured, each on samples of its own */
        boolean isStopped(double lost, double reference, Order order) {
            List<boolean[]> devices = new ArrayList<>();
            for (int device = 0; device < CANARIES; device++) {
                boolean[] answers = new boolean[PROBES];
                for (int i = 0; i < PROBES; i++) {
                    boolean deviates = random.nextDouble() < DEVIATING;
                    boolean loses = random.nextDouble() < lost / FP32_ACCURACY;
                    answers[i] = (variant[i] != deviates) && !loses;
                }
                devices.add(answers);
            }
            List<List<Integer>> passes = new ArrayList<>(Collections.nCopies(CANARIES, List.of()));
            long right = 0;
            long judged = 0;
            for (int window = 0; window < WINDOWS; window++) {
                for (int device = 0; device < CANARIES; device++) {
                    for (int i = 0; i < PER_WINDOW; i++) {
                        List<Integer> pass = passes.get(device);
                        if (pass.isEmpty()) {
                            pass = pass(order);
                            passes.set(device, pass);
                        }
                        right += devices.get(device)[pass.remove(pass.size() - 1)] ? 1 : 0;
                        judged++;
                    }
                    if (device % 5 == 4 && verdict(right, judged - right, reference) == Verdict.FAIL) {
                        return true;
                    }
                }
            }
            return false;
        }

        private List<Integer> pass(Order order) {
            List<Integer> pass = new ArrayList<>();
            for (int i = 0; i < PROBES; i++) {
                pass.add(i);
            }
            if (order == Order.EACH_ITS_OWN) {
                Collections.shuffle(pass, random);
            }
            return pass;
        }
    }

    private static Verdict verdict(long right, long wrong, double fp32) {
        Served served = new Served(new Answers(right, wrong), Answers.NONE, right + wrong, 0, OptionalDouble.empty());
        ClassFigures figures = new ClassFigures(
                "rpi-cpu",
                CANARIES,
                CANARIES,
                served,
                OptionalDouble.of(fp32),
                OptionalDouble.empty(),
                Optional.empty(),
                OptionalDouble.empty());
        return GATE.judge(new StageFigures(CANARIES, CANARIES, 0, CANARIES, 0, List.of(figures)))
                .get(0)
                .verdict();
    }

    @Test
    void stopsDevicesThatLoseThreePointsAndLetsGoodOnesThrough() {
        int badStopped = 0;
        int goodStopped = 0;
        for (int seed = 0; seed < TRIALS; seed++) {
            Trial trial = new Trial(seed);
            double fp32 = trial.measured.fp32().orElseThrow();
            badStopped += trial.isStopped(0.03, fp32, Order.EACH_ITS_OWN) ? 1 : 0;
            goodStopped += trial.isStopped(0, fp32, Order.EACH_ITS_OWN) ? 1 : 0;
        }
        assertThat(badStopped).isGreaterThanOrEqualTo(99);
        assertThat(goodStopped).isLessThanOrEqualTo(2);
    }

    /** Why the gate does not simply hold devices against what FP32 gets right of the hundred samples. */
    @Test
    void fp32sOwnLuckOnTheSamplesWouldStopGoodOnes() {
        int goodStopped = 0;
        for (int seed = 0; seed < TRIALS; seed++) {
            Trial trial = new Trial(seed);
            goodStopped += trial.isStopped(0, trial.fp32OnProbes, Order.EACH_ITS_OWN) ? 1 : 0;
        }
        assertThat(goodStopped).isGreaterThan(4);
    }

    /** Why every device runs its samples in an order of its own. */
    @Test
    void devicesInStepWouldStopGoodOnes() {
        int goodStopped = 0;
        for (int seed = 0; seed < TRIALS; seed++) {
            Trial trial = new Trial(seed);
            goodStopped += trial.isStopped(0, trial.measured.fp32().orElseThrow(), Order.ALL_THE_SAME) ? 1 : 0;
        }
        assertThat(goodStopped).isGreaterThan(2);
    }
}
