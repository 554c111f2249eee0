package io.quantfleet.controlplane.console.frame;

import io.quarkus.qute.TemplateExtension;
import java.util.Locale;
import java.util.Map;

/** How codes of states look: a tone that the style sheet colours, and words. */
@TemplateExtension(namespace = "state")
public final class States {
    private static final String BUSY = "busy";
    private static final String GOOD = "good";
    private static final String BAD = "bad";
    private static final String QUIET = "quiet";

    private static final Map<String, String> TONES = Map.ofEntries(
            Map.entry("ACTIVE", GOOD),
            Map.entry("READY", GOOD),
            Map.entry("FINISHED", GOOD),
            Map.entry("ONLINE", GOOD),
            Map.entry("UP", GOOD),
            Map.entry("UPDATING", BUSY),
            Map.entry("FETCHING", BUSY),
            Map.entry("VERIFYING", BUSY),
            Map.entry("SELF_TESTING", BUSY),
            Map.entry("SWITCHING", BUSY),
            Map.entry("RUNNING", BUSY),
            Map.entry("OPENING", BUSY),
            Map.entry("SOAKING", BUSY),
            Map.entry("JUDGING", BUSY),
            Map.entry("ROLLING_BACK", BAD),
            Map.entry("ROLLED_BACK", BAD),
            Map.entry("PAUSED", "warn"),
            Map.entry("AWAITING_APPROVAL", "warn"),
            Map.entry("HOLD", BUSY),
            Map.entry("OPEN", GOOD),
            Map.entry("FAIL", BAD),
            Map.entry("DEPLOYED", BUSY),
            Map.entry("DONE", GOOD),
            Map.entry("UNKNOWN", "warn"),
            Map.entry("OFFLINE", "warn"),
            Map.entry("CANCELLED", "warn"),
            Map.entry("EXPIRED", "warn"),
            Map.entry("REFUSED", BAD),
            Map.entry("REVERTED", BAD),
            Map.entry("LOST", BAD),
            Map.entry("FAILED", BAD),
            Map.entry("REJECTED", BAD),
            Map.entry("MOVED", BUSY),
            Map.entry("LABELLED", BUSY),
            Map.entry("FIRING", BAD),
            Map.entry("RESOLVED", GOOD),
            Map.entry("DOWN", BAD));

    private States() {}

    /** One of good, busy, warn, bad, quiet. */
    public static String tone(String code) {
        return TONES.getOrDefault(code, QUIET);
    }

    /** {@code SELF_TESTING} as {@code Self-testing}. */
    public static String label(String code) {
        String words = code.toLowerCase(Locale.ROOT).replace('_', '-');
        return words.isEmpty() ? words : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
