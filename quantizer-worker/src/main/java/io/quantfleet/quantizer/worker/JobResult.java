package io.quantfleet.quantizer.worker;

import java.nio.file.Path;
import java.util.List;

/**
 * A finished job: a variant and what was found out about it.
 *
 * @param ready whether the variant keeps to the accuracy budget
 * @param reasons why it doesn't; empty if it does
 * @param variant the quantized ONNX file
 * @param probeSet the probe set's file, a serialized {@code ProbeSet}
 * @param page the report for people, an HTML file
 * @param probeSamples how many samples the probe set has
 * @param probeAccuracy of the variant on the probe set, 0 to 1
 * @param probeAccuracyFp32 of FP32 on the probe set, 0 to 1
 * @param reportJson the report, as {@code quantfleet quantize --json} writes it for one variant
 */
record JobResult(
        boolean ready,
        List<String> reasons,
        Path variant,
        Path probeSet,
        Path page,
        int probeSamples,
        double probeAccuracy,
        double probeAccuracyFp32,
        String reportJson) {
    JobResult {
        reasons = List.copyOf(reasons);
        checkFraction(probeAccuracy);
        checkFraction(probeAccuracyFp32);
    }

    private static void checkFraction(double accuracy) {
        if (!(accuracy >= 0 && accuracy <= 1)) {
            throw new IllegalArgumentException("accuracy on the probe set is no fraction: " + accuracy);
        }
    }
}
