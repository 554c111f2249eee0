package io.quantfleet.cli.client;

import java.util.Optional;

/** What must still hold for a change to be made; otherwise the control plane refuses with {@code PRECONDITION_FAILED}. */
public record Precondition(String header, String value) {
    /** It is as it was read; nothing if it was read without a tag. */
    public static Optional<Precondition> unchanged(Tagged read) {
        return read.tag().map(tag -> new Precondition("If-Match", tag));
    }

    /** There is none yet. */
    public static Precondition absent() {
        return new Precondition("If-None-Match", "*");
    }
}
