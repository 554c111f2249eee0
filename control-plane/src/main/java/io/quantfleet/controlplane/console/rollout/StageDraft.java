package io.quantfleet.controlplane.console.rollout;

import java.util.List;

/**
 * A stage as the form begins with it.
 *
 * @param percent of the fleet
 * @param soakMinutes how long it is watched
 */
public record StageDraft(String name, double percent, double soakMinutes, boolean gated) {
    private static final double SOAK_MINUTES = 10;

    /** The whole fleet at once. */
    static List<StageDraft> atOnce() {
        return List.of(new StageDraft("all", 100, 0, false));
    }

    /** A few devices first. */
    static List<StageDraft> canary() {
        return List.of(
                new StageDraft("canary", 5, SOAK_MINUTES, true),
                new StageDraft("early", 25, SOAK_MINUTES, true),
                new StageDraft("all", 100, SOAK_MINUTES, true));
    }

    /** For the template of a stage that is added. */
    public static StageDraft fresh() {
        return new StageDraft("", 50, SOAK_MINUTES, true);
    }

    public String share() {
        return percent == Math.rint(percent) ? String.valueOf((long) percent) : String.valueOf(percent);
    }

    public String soak() {
        return soakMinutes == Math.rint(soakMinutes) ? String.valueOf((long) soakMinutes) : String.valueOf(soakMinutes);
    }
}
