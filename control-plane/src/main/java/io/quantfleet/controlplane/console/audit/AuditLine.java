package io.quantfleet.controlplane.console.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.controlplane.audit.AuditEntry;
import io.quantfleet.controlplane.console.frame.Units;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A line of the log. */
public record AuditLine(AuditEntry entry) {
    private static final Map<String, String> NOUNS = Map.of(
            "fleets", "fleet",
            "devices", "device",
            "models", "model",
            "rollouts", "rollout",
            "jobs", "quantization job",
            "device-classes", "device class",
            "enrolment-tokens", "enrolment token",
            "artifacts", "artifact");
    /** Kinds with a page for each subject, at the address of their name. */
    private static final Set<String> LINKED = Set.of("fleets", "devices", "models", "rollouts", "device-classes");

    public Instant at() {
        return entry.at();
    }

    public boolean anonymous() {
        return entry.by().isEmpty();
    }

    public String outcome() {
        return entry.outcome().name();
    }

    public String noun() {
        return NOUNS.getOrDefault(entry.kind(), entry.kind());
    }

    /** The page of what was changed; empty if there is none. */
    public String link() {
        return LINKED.contains(entry.kind()) && !entry.subject().isEmpty()
                ? Arrays.stream(entry.subject().split("/"))
                        .map(Units::url)
                        .collect(Collectors.joining("/", "/" + entry.kind() + "/", ""))
                : "";
    }

    /** A filter for the lines that are the same in a field. */
    public String query(String field, String value) {
        return field + " = \"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    public Optional<String> details() {
        return entry.details().map(JsonNode::toPrettyString);
    }
}
