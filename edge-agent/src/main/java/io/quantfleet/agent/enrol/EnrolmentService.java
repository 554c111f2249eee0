package io.quantfleet.agent.enrol;

/** The control plane's side of enrolment. */
@FunctionalInterface
public interface EnrolmentService {
    /** Tries once. */
    EnrolmentResult enrol(EnrolmentRequest request) throws InterruptedException;
}
