package io.quantfleet.controlplane.console.device;

/**
 * A device at a glance, the worst thing first: what it reported and whether it is there, as one word. In SQL, because
 * lists filter, sort and count by it.
 */
public final class DeviceCondition {
    /** An expression over a row of {@code device d}: FAILED, OFFLINE, UPDATING, IDLE or ACTIVE. */
    public static final String SQL = """
            case when d.state in ('REFUSED', 'REVERTED') then 'FAILED'
                 when not d.online then 'OFFLINE'
                 when d.state in ('FETCHING', 'VERIFYING', 'SELF_TESTING', 'SWITCHING') then 'UPDATING'
                 else d.state end
            """;

    private DeviceCondition() {}

    /** A condition in the language of filters. */
    static String asQuery(String condition) {
        return switch (condition) {
            case "FAILED" -> "state in (REFUSED, REVERTED)";
            case "OFFLINE" -> "online = false and state not in (REFUSED, REVERTED)";
            case "UPDATING" -> "online = true and state in (FETCHING, VERIFYING, SELF_TESTING, SWITCHING)";
            case "IDLE" -> "online = true and state = IDLE";
            default -> "online = true and state = ACTIVE";
        };
    }
}
