package io.quantfleet.controlplane.console.overview;

/** What there is. */
public record Totals(
        long fleets,
        long devices,
        long online,
        long serving,
        long failed,
        long models,
        long readyVariants,
        long openJobs,
        long openRollouts,
        long deviceClasses) {
    /** Nothing was done yet. */
    public boolean empty() {
        return devices == 0 && models == 0 && fleets == 0;
    }
}
