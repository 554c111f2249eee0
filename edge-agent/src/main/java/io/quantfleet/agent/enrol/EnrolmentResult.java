package io.quantfleet.agent.enrol;

/** How one attempt at enrolling ended. */
public sealed interface EnrolmentResult {
    /** The device is a member of a fleet now. */
    record Enrolled(Identity identity) implements EnrolmentResult {}

    /**
     * The control plane said no; trying again won't help.
     *
     * @param code the stable code of the answer, or its HTTP status
     */
    record Refused(String code, String reason) implements EnrolmentResult {}

    /** No answer, or one that says to come back later. */
    record Unavailable(String reason) implements EnrolmentResult {}
}
