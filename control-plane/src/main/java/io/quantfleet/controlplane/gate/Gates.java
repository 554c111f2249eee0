package io.quantfleet.controlplane.gate;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The gates of one stage. All must open for the next stage to open; one that fails fails the stage.
 *
 * @param installed how many devices must serve the variant
 * @param selfTests how many must pass the self-test
 * @param accuracy how much accuracy may be lost
 * @param latency how slow the variant may be
 * @param errors how many inferences may fail
 * @param minimum how much must be measured before anything opens
 */
public record Gates(
        Optional<InstalledGate> installed,
        Optional<SelfTestGate> selfTests,
        Optional<AccuracyGate> accuracy,
        Optional<LatencyGate> latency,
        Optional<ErrorGate> errors,
        Optional<MinimumGate> minimum) {

    /** No condition at all. */
    public static Gates none() {
        return new Gates(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Whether any gate looks at what the devices of each class measured. */
    public boolean lookAtMeasurements() {
        return Stream.of(accuracy, latency, errors, minimum).anyMatch(Optional::isPresent);
    }

    /** Whether any gate looks at what the devices served before. */
    public boolean lookAtThePrevious() {
        return accuracy.filter(gate -> gate.against() == AccuracyGate.Reference.PREVIOUS)
                        .isPresent()
                || latency.filter(gate -> gate.against() == LatencyGate.Reference.PREVIOUS)
                        .isPresent();
    }

    /** What every gate says, in a fixed order. */
    public List<Finding> judge(StageFigures stage) {
        return Stream.<Optional<? extends Gate>>of(installed, selfTests, accuracy, latency, errors, minimum)
                .flatMap(Optional::stream)
                .flatMap(gate -> gate.judge(stage).stream())
                .toList();
    }

    /** What follows from all findings together; OPEN if there are none. */
    public static Verdict verdict(List<Finding> findings) {
        return findings.stream().map(Finding::verdict).reduce(Verdict.OPEN, Verdict::and);
    }
}
