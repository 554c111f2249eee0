package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.gate.StageFigures.Answers;
import io.quantfleet.controlplane.gate.StageFigures.Served;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the worker measured of a variant, and what follows for the samples that devices run. Those are a part of the
 * validation set, a hundred or so, on which a variant does some points better or worse by chance; over and over, for
 * devices run the same ones. The worker knows that chance: it ran the variant on the part and on the whole. So
 * accuracies that are known of the whole are brought to the part by the difference that the variant itself shows there
 * (a difference estimator; Cochran, <i>Sampling Techniques</i>, 1977, section 7.2).
 *
 * @param probe the variant's accuracy on the devices' samples
 * @param probeFp32 FP32's on the same
 * @param validation the variant's accuracy on the whole validation set; unknown for old variants
 * @param validationFp32 FP32's on the same
 */
record WorkerFigures(
        double probe, Optional<Double> probeFp32, Optional<Double> validation, Optional<Double> validationFp32) {

    /** What the devices should reach on their samples if they lost nothing against FP32; empty if nothing is known. */
    OptionalDouble fp32() {
        Optional<Double> loss = validationFp32.flatMap(fp32 -> validation.map(variant -> fp32 - variant));
        return loss.map(lost -> Math.min(1, Math.max(0, probe + lost)))
                .or(() -> probeFp32)
                .map(OptionalDouble::of)
                .orElse(OptionalDouble.empty());
    }

    /** FP32's accuracy on the whole validation set; empty if it is not known. */
    OptionalDouble fp32OnValidation() {
        return validationFp32.map(OptionalDouble::of).orElse(OptionalDouble.empty());
    }

    /** What another variant measured on its own samples, as it would have been on this one's; the rest as it is. */
    Served comparable(Served other, WorkerFigures its) {
        Optional<Double> shift =
                validation.flatMap(own -> its.validation.map(others -> (probe - own) - (its.probe - others)));
        if (shift.isEmpty()) {
            return other;
        }
        Answers answers = other.probe();
        long right = Math.round(answers.right() + shift.get() * answers.judged());
        long clamped = Math.min(answers.judged(), Math.max(0, right));
        return new Served(
                new Answers(clamped, answers.judged() - clamped),
                other.feedback(),
                other.inferences(),
                other.errors(),
                other.p95Millis());
    }
}
