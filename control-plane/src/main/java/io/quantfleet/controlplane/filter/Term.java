package io.quantfleet.controlplane.filter;

/**
 * A word or a quoted text of a filter.
 *
 * @param text without quotes and escapes
 * @param position of its first character in the filter, counted from 1
 */
record Term(String text, int position, boolean quoted) {
    /** Whether it holds wildcards, which mean something after {@code like} only. */
    boolean looksLikePattern() {
        return !quoted && (text.indexOf('*') >= 0 || text.indexOf('?') >= 0);
    }
}
