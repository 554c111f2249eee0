package io.quantfleet.controlplane.console.device;

import io.quantfleet.controlplane.filter.FilterException;
import java.time.Instant;
import java.util.Optional;

/**
 * A query that can't be understood, for a page that shows where.
 *
 * @param before of the query, what stands before the character that it goes wrong at
 * @param from that character on; empty if something lacks at the end
 */
public record QueryMistake(String message, String before, String from) {
    static Optional<QueryMistake> in(DeviceFilter filter, Instant now) {
        try {
            filter.matching(now);
            return Optional.empty();
        } catch (FilterException e) {
            String query = filter.query();
            int at = query.offsetByCodePoints(0, Math.min(e.position() - 1, query.codePointCount(0, query.length())));
            return Optional.of(new QueryMistake(e.detail(), query.substring(0, at), query.substring(at)));
        }
    }
}
