package io.quantfleet.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A registered version of a model. {@code onnxBytes} is the FP32 size, external data included. */
public record ModelVersion(String name, int version, String onnxSha256, long onnxBytes, List<Variant> variants) {
    public ModelVersion {
        variants = List.copyOf(Objects.requireNonNullElse(variants, List.of())); // Jackson: null where absent
    }

    /**
     * What becomes of it for one device class.
     *
     * @param state QUEUED, RUNNING, READY, REJECTED or FAILED
     * @param progress of the job, 0 to 1
     * @param report once there is a variant: as {@code quantfleet quantize --json} writes it
     */
    public record Variant(
            String jobId,
            String deviceClass,
            String state,
            double progress,
            @Nullable String step,
            List<String> reasons,
            @Nullable String sha256,
            @Nullable JsonNode report) {
        public Variant {
            reasons = List.copyOf(Objects.requireNonNullElse(reasons, List.of()));
        }

        /** Whether nothing more becomes of it. */
        public boolean isFinal() {
            return state.equals("READY") || state.equals("REJECTED") || state.equals("FAILED");
        }
    }
}
