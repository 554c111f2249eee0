package io.quantfleet.controlplane.device;

/** Where a device stands with us. Stored codes: never renamed. */
public enum Lifecycle {
    /** Known by an import; it has not come yet. */
    REGISTERED,
    /** It has come with a token, and may connect. */
    ENROLLED,
    /** Taken out of service: in no fleet, and refused by the broker. */
    DECOMMISSIONED
}
