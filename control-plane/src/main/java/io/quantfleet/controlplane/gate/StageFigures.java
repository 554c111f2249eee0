package io.quantfleet.controlplane.gate;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is known of one stage.
 *
 * @param devices how many devices it has
 * @param active how many serve the variant
 * @param failed how many ended without it
 * @param selfTestsPassed how many passed the self-test
 * @param selfTestsFailed how many did not
 * @param classes what the devices of each class measured since they serve the variant
 */
public record StageFigures(
        int devices, int active, int failed, int selfTestsPassed, int selfTestsFailed, List<ClassFigures> classes) {

    public StageFigures {
        classes = List.copyOf(classes);
    }

    /**
     * What the devices of one class measured.
     *
     * @param deviceClass the class's name
     * @param active how many of them serve the variant
     * @param measuring how many devices have sent figures
     * @param served sums over those devices, of the variant that is rolled out
     * @param fp32Accuracy of the FP32 model on the samples that the devices use, 0 to 1; empty if it is not known
     * @param fp32Validation of the FP32 model on the whole validation set, 0 to 1; empty if it is not known
     * @param previous sums over the fleet's devices of that class, of what they served before; empty if nothing
     * @param objectiveMillis the class's latency objective; empty if it has none
     */
    public record ClassFigures(
            String deviceClass,
            int active,
            int measuring,
            Served served,
            OptionalDouble fp32Accuracy,
            OptionalDouble fp32Validation,
            Optional<Served> previous,
            OptionalDouble objectiveMillis) {}

    /**
     * Sums of telemetry.
     *
     * @param probe answers on the probe set
     * @param feedback answers to requests whose true labels came afterwards
     * @param inferences that succeeded
     * @param errors inferences that failed
     * @param p95Millis of the merged latency histograms; empty without inferences
     */
    public record Served(Answers probe, Answers feedback, long inferences, long errors, OptionalDouble p95Millis) {}

    /**
     * Answers that were held against a label.
     *
     * @param right how many were right
     * @param wrong how many were not
     */
    public record Answers(long right, long wrong) {
        public static final Answers NONE = new Answers(0, 0);

        /** How many there are. */
        public long judged() {
            return right + wrong;
        }

        /** The share of right answers; NaN without any. */
        public double accuracy() {
            return (double) right / judged();
        }
    }
}
