package io.quantfleet.controlplane.gate;

/**
 * One gate's verdict with the figures it rests on.
 *
 * @param gate the gate's name, as {@code accuracy}
 * @param subject the device class that was looked at; empty if all of the stage was
 * @param verdict what follows
 * @param evidence the figures, in one sentence for people
 */
public record Finding(String gate, String subject, Verdict verdict, String evidence) {
    /** It in one line for people, without the verdict. */
    public String text() {
        return gate + (subject.isEmpty() ? "" : " of " + subject) + ": " + evidence;
    }
}
