package io.quantfleet.controlplane.console.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.controlplane.audit.AuditEntry;
import io.quantfleet.controlplane.console.frame.Units;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
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
            "artifacts", "artifact",
            "alert-rules", "alert rule",
            "alert-receivers", "alert receiver");
    /** Where the pages of subjects are, for kinds that have some. */
    private static final Map<String, String> PAGES = Map.of(
            "fleets", "/fleets/",
            "devices", "/devices/",
            "models", "/models/",
            "rollouts", "/rollouts/",
            "device-classes", "/device-classes/",
            "alert-rules", "/alerts/rules/");

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
        String page = PAGES.getOrDefault(entry.kind(), "");
        return page.isEmpty() || entry.subject().isEmpty()
                ? ""
                : Arrays.stream(entry.subject().split("/")).map(Units::url).collect(Collectors.joining("/", page, ""));
    }

    /** A filter for the lines that are the same in a field. */
    public String query(String field, String value) {
        return field + " = \"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    public Optional<String> details() {
        return entry.details().map(JsonNode::toPrettyString);
    }
}
