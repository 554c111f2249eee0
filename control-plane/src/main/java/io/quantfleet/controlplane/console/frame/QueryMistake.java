package io.quantfleet.controlplane.console.frame;

import io.quantfleet.controlplane.filter.FilterException;

/**
 * A query that can't be understood, for a page that shows where.
 *
 * @param before of the query, what stands before the character that it goes wrong at
 * @param from that character on; empty if something lacks at the end
 * @param position of that character, from 1
 */
public record QueryMistake(String message, String before, String from, int position) {
    public static QueryMistake of(String query, FilterException e) {
        int at = query.offsetByCodePoints(0, Math.min(e.position() - 1, query.codePointCount(0, query.length())));
        return new QueryMistake(e.detail(), query.substring(0, at), query.substring(at), e.position());
    }
}
