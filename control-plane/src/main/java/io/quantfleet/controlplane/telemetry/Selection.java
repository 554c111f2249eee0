package io.quantfleet.controlplane.telemetry;

/**
 * Whose telemetry; empty text means any, as does version 0.
 *
 * @param fleet that devices enrolled into
 * @param variant SHA-256 in hexadecimal
 */
record Selection(String fleet, String deviceClass, String model, int version, String variant) {
    static final Selection ALL = new Selection("", "", "", 0, "");
}
