package io.quantfleet.controlplane.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.gate.StageFigures.Answers;
import io.quantfleet.controlplane.gate.StageFigures.ClassFigures;
import io.quantfleet.controlplane.gate.StageFigures.Served;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatesTest {
    private static final double RISK = 0.01;

    @ParameterizedTest
    @CsvSource({"19, 0, OPEN", "18, 1, HOLD", "18, 2, FAIL", "0, 0, HOLD", "20, 0, OPEN", "0, 20, FAIL"})
    void installedHoldsUntilTheShareIsReachedOrCannotBe(int active, int failed, Verdict expected) {
        StageFigures stage = new StageFigures(20, active, failed, active, 0, List.of());
        assertThat(new InstalledGate(0.95).judge(stage))
                .extracting(Finding::verdict)
                .containsExactly(expected);
    }

    @ParameterizedTest
    @CsvSource({"19, 0, 0, OPEN", "18, 1, 1, OPEN", "5, 2, 2, FAIL", "5, 1, 1, HOLD", "0, 0, 0, HOLD"})
    void selfTestsFailAsSoonAsTooManyDid(int passed, int failed, int ended, Verdict expected) {
        StageFigures stage = new StageFigures(20, passed, ended, passed, failed, List.of());
        assertThat(new SelfTestGate(0.95).judge(stage))
                .extracting(Finding::verdict)
                .containsExactly(expected);
    }

    @Test
    void accuracyIsHeldAgainstFp32() {
        AccuracyGate gate = gate(AccuracyGate.Reference.FP32);
        assertThat(verdict(gate, served(27_000, 3000), 0.90)).isEqualTo(Verdict.OPEN);
        assertThat(verdict(gate, served(8700, 1300), 0.90)).isEqualTo(Verdict.FAIL);
        assertThat(verdict(gate, served(90, 10), 0.90)).isEqualTo(Verdict.HOLD);
        assertThat(verdict(gate, served(0, 0), 0.90)).isEqualTo(Verdict.HOLD);
    }

    @Test
    void accuracyIsHeldAgainstTheVersionBeforeWithItsOwnUncertainty() {
        AccuracyGate gate = gate(AccuracyGate.Reference.PREVIOUS);
        assertThat(verdict(gate, served(8700, 1300), served(90_000, 10_000))).isEqualTo(Verdict.FAIL);
        assertThat(verdict(gate, served(90_000, 10_000), served(90_000, 10_000)))
                .isEqualTo(Verdict.OPEN);
        // A baseline of a hundred answers shows nothing of one point.
        assertThat(verdict(gate, served(8700, 1300), served(90, 10))).isEqualTo(Verdict.HOLD);
    }

    @Test
    void feedbackIsHeldAgainstFp32OnTheValidationSet() {
        AccuracyGate gate = gate(AccuracyGate.Reference.FP32, AccuracyGate.Source.FEEDBACK);
        Answers onTheProbeSet = new Answers(0, 10_000);
        Finding fails =
                gate.judge(labelled(onTheProbeSet, new Answers(8700, 1300))).get(0);
        assertThat(fails.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(fails.evidence())
                .contains(
                        "87.00 % of 10000 answers with true labels (feedback)",
                        "90.00 % of FP32's on the validation set");
        assertThat(gate.judge(labelled(onTheProbeSet, new Answers(27_000, 3000)))
                        .get(0)
                        .verdict())
                .isEqualTo(Verdict.OPEN);
        assertThat(gate.judge(labelled(onTheProbeSet, Answers.NONE)).get(0).verdict())
                .isEqualTo(Verdict.HOLD);
    }

    @Test
    void feedbackIsNotLookedAtUnlessAsked() {
        StageFigures stage = labelled(new Answers(27_000, 3000), new Answers(0, 10_000));
        Finding finding = gate(AccuracyGate.Reference.FP32).judge(stage).get(0);
        assertThat(finding.verdict()).isEqualTo(Verdict.OPEN);
        assertThat(finding.evidence()).contains("answers on the probe set");
    }

    @Test
    void ofBothSourcesEachHasToOpen() {
        AccuracyGate gate = gate(AccuracyGate.Reference.FP32, AccuracyGate.Source.BOTH);
        Answers good = new Answers(27_000, 3000);
        Answers bad = new Answers(8700, 1300);
        assertThat(gate.judge(labelled(good, good)))
                .extracting(Finding::verdict)
                .containsExactly(Verdict.OPEN, Verdict.OPEN);
        assertThat(gate.judge(labelled(good, bad)))
                .extracting(Finding::verdict)
                .containsExactly(Verdict.OPEN, Verdict.FAIL);
        assertThat(gate.judge(labelled(good, Answers.NONE)))
                .extracting(Finding::verdict)
                .containsExactly(Verdict.OPEN, Verdict.HOLD);
    }

    /** The same figures that just fail at the whole risk do not at half of it. */
    @Test
    void bothSourcesShareTheRisk() {
        Answers good = new Answers(27_000, 3000);
        int wrong = 0;
        while (gate(AccuracyGate.Reference.FP32, AccuracyGate.Source.FEEDBACK)
                        .judge(labelled(good, new Answers(1000, wrong)))
                        .get(0)
                        .verdict()
                != Verdict.FAIL) {
            wrong++;
        }
        assertThat(gate(AccuracyGate.Reference.FP32, AccuracyGate.Source.BOTH)
                        .judge(labelled(good, new Answers(1000, wrong)))
                        .get(1)
                        .verdict())
                .isEqualTo(Verdict.HOLD);
    }

    @Test
    void feedbackHoldsWhereTheVersionBeforeHadNone() {
        AccuracyGate gate = gate(AccuracyGate.Reference.PREVIOUS, AccuracyGate.Source.FEEDBACK);
        Served now = new Served(Answers.NONE, new Answers(900, 100), 1000, 0, OptionalDouble.empty());
        assertThat(gate.judge(stage(previous(now, Optional.of(served(90_000, 10_000)))))
                        .get(0))
                .satisfies(finding -> assertThat(finding.verdict()).isEqualTo(Verdict.HOLD))
                .satisfies(finding -> assertThat(finding.evidence()).contains("no true labels", "promote"));
        assertThat(gate.judge(stage(previous(now, Optional.empty()))).get(0).verdict())
                .isEqualTo(Verdict.OPEN);
        Served before = new Served(Answers.NONE, new Answers(90_000, 10_000), 100_000, 0, OptionalDouble.empty());
        Served worse = new Served(Answers.NONE, new Answers(8700, 1300), 10_000, 0, OptionalDouble.empty());
        assertThat(gate.judge(stage(previous(worse, Optional.of(before))))
                        .get(0)
                        .verdict())
                .isEqualTo(Verdict.FAIL);
    }

    private static ClassFigures previous(Served now, Optional<Served> before) {
        return new ClassFigures(
                "rpi-cpu", 5, 5, now, OptionalDouble.empty(), OptionalDouble.empty(), before, OptionalDouble.empty());
    }

    /** FP32 is right 90 times of a hundred, on the probe set and on the validation set. */
    private static StageFigures labelled(Answers probe, Answers feedback) {
        return stage(new ClassFigures(
                "rpi-cpu",
                5,
                5,
                new Served(probe, feedback, probe.judged() + feedback.judged(), 0, OptionalDouble.empty()),
                OptionalDouble.of(0.90),
                OptionalDouble.of(0.90),
                Optional.empty(),
                OptionalDouble.empty()));
    }

    private static AccuracyGate gate(AccuracyGate.Reference against) {
        return new AccuracyGate(against, 1, RISK, Optional.empty());
    }

    private static AccuracyGate gate(AccuracyGate.Reference against, AccuracyGate.Source source) {
        return new AccuracyGate(against, 1, RISK, Optional.of(source));
    }

    @Test
    void whatHasNothingToBeComparedWithOpensAndSaysSo() {
        Finding finding = gate(AccuracyGate.Reference.PREVIOUS)
                .judge(stage(new ClassFigures(
                        "rpi-cpu",
                        5,
                        5,
                        served(1, 99),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        Optional.empty(),
                        OptionalDouble.empty())))
                .get(0);
        assertThat(finding.verdict()).isEqualTo(Verdict.OPEN);
        assertThat(finding.evidence()).contains("no version before it");
    }

    @Test
    void latencyIsHeldAgainstTheObjectiveOrWhatItWas() {
        ClassFigures figures = new ClassFigures(
                "rpi-cpu",
                5,
                5,
                withP95(12),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.of(withP95(10)),
                OptionalDouble.of(50));
        assertThat(new LatencyGate(LatencyGate.Reference.OBJECTIVE, 1)
                        .judge(stage(figures))
                        .get(0)
                        .verdict())
                .isEqualTo(Verdict.OPEN);
        Finding slower = new LatencyGate(LatencyGate.Reference.PREVIOUS, 1.1)
                .judge(stage(figures))
                .get(0);
        assertThat(slower.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(slower.evidence()).contains("12.000 ms").contains("11.000 ms");
    }

    @Test
    void errorsHoldUntilTheyAreProvedTooMany() {
        ErrorGate gate = new ErrorGate(0.01, RISK);
        assertThat(errors(gate, 0, 0)).isEqualTo(Verdict.OPEN);
        assertThat(errors(gate, 2, 100)).isEqualTo(Verdict.HOLD);
        assertThat(errors(gate, 50, 1000)).isEqualTo(Verdict.FAIL);
        assertThat(errors(gate, 5, 1000)).isEqualTo(Verdict.OPEN);
    }

    @Test
    void theMinimumAsksForNoMoreDevicesThanThereAre() {
        ClassFigures two = new ClassFigures(
                "gpu",
                2,
                2,
                served(500, 0),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                OptionalDouble.empty());
        assertThat(new MinimumGate(100, 5).judge(stage(two)).get(0).verdict()).isEqualTo(Verdict.OPEN);
        assertThat(new MinimumGate(1000, 1).judge(stage(two)).get(0).verdict()).isEqualTo(Verdict.HOLD);
    }

    @Test
    void theWorstFindingCounts() {
        Finding open = new Finding("a", "", Verdict.OPEN, "");
        Finding hold = new Finding("b", "", Verdict.HOLD, "");
        Finding fail = new Finding("c", "", Verdict.FAIL, "");
        assertThat(Gates.verdict(List.of())).isEqualTo(Verdict.OPEN);
        assertThat(Gates.verdict(List.of(open, hold))).isEqualTo(Verdict.HOLD);
        assertThat(Gates.verdict(List.of(fail, open, hold))).isEqualTo(Verdict.FAIL);
    }

    @Test
    void refusesNumbersThatMakeNoSense() {
        assertThatThrownBy(() -> new InstalledGate(0))
                .isInstanceOf(ControlPlaneException.class)
                .hasMessageContaining("installed.minShare");
        assertThatThrownBy(() -> new AccuracyGate(AccuracyGate.Reference.FP32, 1, 0.7, Optional.empty()))
                .hasMessageContaining("accuracy.risk");
        assertThatThrownBy(() -> new ErrorGate(1, RISK)).hasMessageContaining("errors.maxShare");
        assertThatThrownBy(() -> new LatencyGate(LatencyGate.Reference.OBJECTIVE, -1))
                .hasMessageContaining("latency.factor");
        assertThatThrownBy(() -> new MinimumGate(-1, 0)).hasMessageContaining("-1");
    }

    /** 25 canaries of 500 devices, two probes a second each, looked at every second for ten minutes. */
    @Test
    void stopsABadCanaryAndLetsAGoodOneThrough() {
        AccuracyGate gate = gate(AccuracyGate.Reference.FP32);
        int badStopped = 0;
        int goodStopped = 0;
        int goodOpened = 0;
        for (int seed = 0; seed < 100; seed++) {
            badStopped += simulate(gate, 0.87, seed) == Verdict.FAIL ? 1 : 0;
            Verdict good = simulate(gate, 0.90, 1000 + seed);
            goodStopped += good == Verdict.FAIL ? 1 : 0;
            goodOpened += good == Verdict.OPEN ? 1 : 0;
        }
        assertThat(badStopped).isGreaterThanOrEqualTo(99);
        assertThat(goodStopped).isLessThanOrEqualTo(2);
        assertThat(goodOpened).isGreaterThanOrEqualTo(98);
    }

    private static Verdict simulate(AccuracyGate gate, double accuracy, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long right = 0;
        long wrong = 0;
        for (int second = 0; second < 600; second++) {
            for (int probe = 0; probe < 50; probe++) {
                if (random.nextDouble() < accuracy) {
                    right++;
                } else {
                    wrong++;
                }
            }
            Verdict verdict = verdict(gate, served(right, wrong), 0.90);
            if (verdict != Verdict.HOLD) {
                return verdict;
            }
        }
        return Verdict.HOLD;
    }

    private static Verdict verdict(AccuracyGate gate, Served served, double fp32) {
        return gate.judge(stage(new ClassFigures(
                        "rpi-cpu",
                        5,
                        5,
                        served,
                        OptionalDouble.of(fp32),
                        OptionalDouble.empty(),
                        Optional.empty(),
                        OptionalDouble.empty())))
                .get(0)
                .verdict();
    }

    private static Verdict verdict(AccuracyGate gate, Served served, Served previous) {
        return gate.judge(stage(new ClassFigures(
                        "rpi-cpu",
                        5,
                        5,
                        served,
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        Optional.of(previous),
                        OptionalDouble.empty())))
                .get(0)
                .verdict();
    }

    private static Verdict errors(ErrorGate gate, long errors, long of) {
        Served served = new Served(Answers.NONE, Answers.NONE, of - errors, errors, OptionalDouble.empty());
        return gate.judge(stage(new ClassFigures(
                        "rpi-cpu",
                        5,
                        5,
                        served,
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        Optional.empty(),
                        OptionalDouble.empty())))
                .get(0)
                .verdict();
    }

    private static StageFigures stage(ClassFigures figures) {
        return new StageFigures(5, 5, 0, 5, 0, List.of(figures));
    }

    private static Served served(long right, long wrong) {
        return new Served(new Answers(right, wrong), Answers.NONE, right + wrong, 0, OptionalDouble.empty());
    }

    private static Served withP95(double millis) {
        return new Served(new Answers(90, 10), Answers.NONE, 100, 0, OptionalDouble.of(millis));
    }
}
