package io.quantfleet.controlplane.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What receivers are sent. */
@Singleton
class AlertMessages {
    /** An Alertmanager takes an alert for resolved that it has not heard of for so long. */
    static final Duration GOOD_FOR = Duration.ofMinutes(5);

    private static final String VERSION = "1";
    private final ObjectMapper json;

    AlertMessages(ObjectMapper json) {
        this.json = json;
    }

    String body(Receiver.Kind kind, Alert alert, Instant now) {
        try {
            return json.writeValueAsString(
                    kind == Receiver.Kind.WEBHOOK ? webhook(alert) : List.of(posted(alert, now)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an alert that can't be written as JSON", e);
        }
    }

    private static Map<String, Object> webhook(Alert alert) {
        return Map.of("version", VERSION, "status", alert.state(), "alert", alert);
    }

    /** A PostableAlert of Alertmanager's API v2. */
    private static Map<String, Object> posted(Alert alert, Instant now) {
        Map<String, Object> posted = new TreeMap<>();
        posted.put(
                "labels",
                Map.of(
                        "alertname",
                        alert.rule(),
                        "fleet",
                        alert.fleet(),
                        "severity",
                        alert.severity(),
                        "source",
                        "quantfleet"));
        posted.put("annotations", Map.of("summary", alert.summary()));
        posted.put("startsAt", alert.firedAt().orElse(alert.since()));
        posted.put("endsAt", alert.resolvedAt().orElse(now.plus(GOOD_FOR)));
        return posted;
    }
}
