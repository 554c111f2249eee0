package io.quantfleet.controlplane.telemetry;

import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What a variant's devices in one fleet and class measured in a span, beside what was promised.
 *
 * @param measured figures of the span
 * @param reference what was measured before devices had it
 * @param drift against the variant's own baseline; absent while that is not complete, or without predictions in the span
 */
record VariantQuality(
        String fleet,
        String deviceClass,
        String model,
        int version,
        String variant,
        Measured measured,
        Reference reference,
        Optional<Drift> drift) {
    /**
     * Accuracies from 0 to 1.
     *
     * @param validationFp32 of the FP32 model on the validation set
     * @param validation of the variant on the validation set
     * @param probeFp32 of the FP32 model on the probe set, which devices measure on
     * @param probe of the variant on the probe set, on the worker
     */
    @Schema(name = "AccuracyReferences")
    record Reference(
            Optional<Double> validationFp32,
            Optional<Double> validation,
            Optional<Double> probeFp32,
            Optional<Double> probe) {
        static final Reference NONE =
                new Reference(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * Population stability indices; below 0.1 there is no shift, above 0.25 a large one.
     *
     * @param classes of predicted classes
     * @param confidence of the scores of predicted classes
     * @param predictions in the span
     * @param baselinePredictions that they are compared with
     */
    record Drift(double classes, double confidence, long predictions, long baselinePredictions) {
        static Optional<Drift> of(Distributions baseline, Distributions now) {
            if (now.predictions() == 0) {
                return Optional.empty();
            }
            return Optional.of(new Drift(
                    StabilityIndex.ofClasses(baseline, now),
                    StabilityIndex.ofConfidences(baseline, now),
                    now.predictions(),
                    baseline.predictions()));
        }
    }
}
