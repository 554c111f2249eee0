package io.quantfleet.controlplane.listing;

import io.quantfleet.controlplane.ControlPlaneException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What part of a list is asked for.
 *
 * @param filter in the language of {@link io.quantfleet.controlplane.filter}; blank for everything
 * @param limit how many at most
 * @param after the key of the last one of the page before; empty for the first page
 */
public record ListRequest(String filter, int limit, Optional<String> after) {
    private static final int MAX_LIMIT = 10_000;

    /** How many a page has at most when nothing is said. */
    public static final int DEFAULT_LIMIT = 1_000;

    /** @throws ControlPlaneException {@code REQUEST_INVALID} for a limit or a cursor that is none */
    public static ListRequest of(@Nullable String filter, @Nullable Integer limit, @Nullable String cursor) {
        int most = Objects.requireNonNullElse(limit, DEFAULT_LIMIT);
        if (most < 1 || most > MAX_LIMIT) {
            throw ControlPlaneException.invalid("'limit' is " + most + "; it must be from 1 to " + MAX_LIMIT);
        }
        return new ListRequest(
                Objects.requireNonNullElse(filter, ""),
                most,
                Optional.ofNullable(cursor).map(ListRequest::key));
    }

    /** {@link #after} where keys are ids. */
    public Optional<UUID> afterId() {
        return after.map(key -> {
            try {
                return UUID.fromString(key);
            } catch (IllegalArgumentException e) {
                throw badCursor();
            }
        });
    }

    static String cursor(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    private static String key(String cursor) {
        try {
            return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw badCursor();
        }
    }

    /** For a cursor whose key is of another list. */
    public static ControlPlaneException badCursor() {
        return ControlPlaneException.invalid(
                "'cursor' is none of ours: take it from the Link header of the page before, and begin without one");
    }
}
