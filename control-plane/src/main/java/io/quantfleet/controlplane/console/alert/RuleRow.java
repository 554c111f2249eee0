package io.quantfleet.controlplane.console.alert;

import io.quantfleet.controlplane.alert.AlertRule;
import java.time.Instant;
import java.util.List;

/**
 * A rule in the list.
 *
 * @param open how many of its alerts are not resolved
 * @param missing receivers that it names and that are not there
 */
public record RuleRow(AlertRule rule, Instant updatedAt, long open, List<String> missing) {
    /** When it is met, beginning with a capital. */
    public String condition() {
        String text = rule.condition().text();
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    public String receivers() {
        return String.join(", ", rule.receivers());
    }

    public String lacks() {
        return String.join(", ", missing);
    }
}
