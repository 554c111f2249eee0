package io.quantfleet.controlplane.console.overview;

import java.time.Instant;
import java.util.Optional;

/**
 * Something that a person should look at.
 *
 * @param state what it is about, as a code that {@code States} knows
 * @param link the page that shows more
 */
public record Attention(String state, String subject, String text, String link, Optional<Instant> since) {}
