package io.quantfleet.controlplane.console.telemetry;

/** Whose telemetry; empty text means any. {@code version} 0 means any. */
public record Selection(String fleet, String deviceClass, String model, int version, String variantSha256) {
    public static Selection all() {
        return new Selection("", "", "", 0, "");
    }

    public static Selection ofFleet(String fleet) {
        return new Selection(fleet, "", "", 0, "");
    }
}
