package io.quantfleet.controlplane.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What became of one model version for one device class, as REST shows it: the job while it lasts, then the variant.
 *
 * @param attempt how often this version was to be quantized for the class, this time included
 * @param state QUEUED, RUNNING, READY, REJECTED, FAILED or CANCELLED
 * @param progress of the job, 0 to 1
 * @param trains whether only workers that can train take the job
 * @param reasonCode why it FAILED
 * @param reasons why it was REJECTED or FAILED
 * @param bytes of the quantized ONNX file
 * @param probeAccuracy of the variant on its probe set, 0 to 1
 * @param reportPageSha256 the report for people, an HTML file
 * @param options how it is to be quantized; what is not said is left to the worker
 * @param rungs what a running job's search has climbed until now
 * @param training how a running job's training went until now: points with epoch, fraction, seconds, loss and accuracy
 * @param report as {@code quantfleet quantize --json} writes it
 */
@Schema(name = "Variant")
public record VariantView(
        UUID jobId,
        String deviceClass,
        int attempt,
        String state,
        double progress,
        boolean trains,
        Optional<String> step,
        Optional<String> worker,
        Optional<String> reasonCode,
        List<String> reasons,
        Optional<String> sha256,
        Optional<Long> bytes,
        Optional<Integer> probeSamples,
        Optional<Double> probeAccuracy,
        Optional<String> reportPageSha256,
        JsonNode options,
        JsonNode rungs,
        JsonNode training,
        Optional<JsonNode> report) {
    public VariantView {
        reasons = List.copyOf(reasons);
    }
}
