package io.quantfleet.protocols.trust;

/** What comes of looking at a trust statement. */
public sealed interface TrustUpdate {
    /** It replaces what was trusted before. */
    record Newer(Trust trust) implements TrustUpdate {}

    /** It is the present one, or an older one. */
    record Known() implements TrustUpdate {}

    /** No root key of this device vouches for it, or it can't be read. */
    record Refused(String reason) implements TrustUpdate {}
}
