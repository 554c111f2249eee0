package io.quantfleet.agent.serve;

import io.quantfleet.protocols.v1.SelfTest;
import java.util.Arrays;

/** The self-test: every sample of the probe set once. Accuracy is the share of all their answers that are right. */
public final class SelfTests {
    private SelfTests() {}

    /**
     * Runs it.
     *
     * @throws ModelException if the model fails on a sample
     */
    public static SelfTest run(Model model) {
        int samples = model.samples();
        long[] nanos = new long[samples];
        long right = 0;
        long answers = 0;
        for (int sample = 0; sample < samples; sample++) {
            Model.Check check = model.check(sample);
            nanos[sample] = check.nanos();
            right += check.right();
            answers += check.answers();
        }
        Arrays.sort(nanos);
        SelfTest.Builder result = SelfTest.newBuilder()
                .setSamples(samples)
                .setAccuracy((double) right / answers)
                .setP50Micros(percentile(nanos, 0.50) / 1e3)
                .setP95Micros(percentile(nanos, 0.95) / 1e3)
                .setExecutionProvider(model.executionProvider());
        model.memoryBytes().ifPresent(result::setMemoryBytes);
        return result.build();
    }

    private static long percentile(long[] sorted, double fraction) {
        return sorted[Math.max(0, (int) Math.ceil(fraction * sorted.length) - 1)];
    }
}
