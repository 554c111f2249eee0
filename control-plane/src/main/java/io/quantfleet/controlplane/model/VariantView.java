package io.quantfleet.controlplane.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What became of one model version for one device class, as REST shows it: the job while it lasts, then the variant.
 *
 * @param state QUEUED, RUNNING, READY, REJECTED or FAILED
 * @param progress of the job, 0 to 1
 * @param reasonCode why it FAILED
 * @param reasons why it was REJECTED or FAILED
 * @param bytes of the quantized ONNX file
 * @param probeAccuracy of the variant on its probe set, 0 to 1
 * @param report as {@code quantfleet quantize --json} writes it
 */
public record VariantView(
        UUID jobId,
        String deviceClass,
        String state,
        double progress,
        Optional<String> step,
        Optional<String> worker,
        Optional<String> reasonCode,
        List<String> reasons,
        Optional<String> sha256,
        Optional<Long> bytes,
        Optional<Integer> probeSamples,
        Optional<Double> probeAccuracy,
        Optional<JsonNode> report) {
    public VariantView {
        reasons = List.copyOf(reasons);
    }
}
