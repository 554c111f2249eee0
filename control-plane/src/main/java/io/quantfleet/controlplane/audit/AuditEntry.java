package io.quantfleet.controlplane.audit;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A call that was to change something.
 *
 * @param by who made it; empty if nobody said
 * @param kind of what it was to change, as {@code rollouts}
 * @param subject its id or name
 * @param details the request's JSON, without secrets, if it was short
 * @param status HTTP's; absent if the control plane did not outlive the call, or is at it
 * @param refusal why it was refused or failed
 */
public record AuditEntry(
        long id,
        Instant at,
        String by,
        String action,
        String kind,
        String subject,
        String method,
        String path,
        Optional<JsonNode> details,
        Optional<Integer> status,
        Optional<String> refusal,
        Optional<Instant> finishedAt) {
    private static final int REFUSED = 400;
    private static final int FAILED = 500;

    /** What became of a call. */
    @Schema(name = "AuditOutcome")
    public enum Outcome {
        DONE,
        REFUSED,
        FAILED,
        UNKNOWN
    }

    @JsonProperty
    public Outcome outcome() {
        return status.map(code -> code < REFUSED ? Outcome.DONE : code < FAILED ? Outcome.REFUSED : Outcome.FAILED)
                .orElse(Outcome.UNKNOWN);
    }
}
