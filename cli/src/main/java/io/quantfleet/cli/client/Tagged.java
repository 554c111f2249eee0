package io.quantfleet.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * Something that was read, with the tag that tells it from what it may become.
 *
 * @param tag the ETag with its quotes; empty if it came without one
 */
public record Tagged(JsonNode content, Optional<String> tag) {}
