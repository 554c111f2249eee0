package io.quantfleet.controlplane.rollout;

import io.quantfleet.controlplane.ControlPlaneException;
import java.util.Optional;

/**
 * Who moves a rollout, how, and why; kept in its history.
 *
 * @param by a person or a program, by their own word; empty if nobody said
 * @param action what was done, as {@code approve}
 * @param reason in words for people
 */
record Cause(String by, String action, Optional<String> reason) {
    /** Who acts where nobody does. */
    static final String CONTROL_PLANE = "control-plane";

    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_REASON = 1000;

    Cause {
        by = by.strip();
        if (by.length() > LONGEST_NAME || by.chars().anyMatch(Character::isISOControl)) {
            throw ControlPlaneException.invalid(
                    "who does it is said in up to " + LONGEST_NAME + " characters of one line");
        }
        reason.filter(text -> text.length() > LONGEST_REASON).ifPresent(text -> {
            throw ControlPlaneException.invalid(
                    "a reason has up to " + LONGEST_REASON + " characters, not " + text.length());
        });
    }

    /** The rollout moves by itself. */
    static Cause itself(String action) {
        return new Cause(CONTROL_PLANE, action, Optional.empty());
    }

    Cause because(String why) {
        return new Cause(by, action, Optional.of(why));
    }

    boolean isNamed() {
        return !by.isEmpty();
    }

    /** The reason, or that there is none but that somebody wanted it. */
    String why() {
        return reason.filter(text -> !text.isBlank())
                .orElseGet(() -> isNamed() ? "asked for by " + by : "asked for over REST");
    }
}
