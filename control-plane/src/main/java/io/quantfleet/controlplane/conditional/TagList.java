package io.quantfleet.controlplane.conditional;

import io.quantfleet.controlplane.ControlPlaneException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The entity tags of an {@code If-Match} or {@code If-None-Match} field.
 *
 * @param any whether it is {@code *}
 * @param strong those that name exact content
 * @param weak those that don't
 */
record TagList(boolean any, Set<String> strong, Set<String> weak) {
    private static final Pattern TAG = Pattern.compile("\\s*(W/)?(\"[!#-~\\x80-\\xff]*\")\\s*(?:,|$)");

    /** @throws ControlPlaneException {@code REQUEST_INVALID} if it is none */
    static TagList parse(String name, String field) {
        if (field.strip().equals("*")) {
            return new TagList(true, Set.of(), Set.of());
        }
        Set<String> strong = new LinkedHashSet<>();
        Set<String> weak = new LinkedHashSet<>();
        Matcher tag = TAG.matcher(field);
        int end = 0;
        while (end < field.length()) {
            if (!tag.find(end) || tag.start() != end) {
                throw ControlPlaneException.invalid("the header '" + name
                        + "' has entity tags in double quotes, as the ETag header of an answer has them, or *");
            }
            (tag.group(1) == null ? strong : weak).add(tag.group(2));
            end = tag.end();
        }
        return new TagList(false, strong, weak);
    }

    /** RFC 9110, section 8.8.3.2: the comparison for changes. */
    boolean hasStrongly(String tag) {
        return any || strong.contains(tag);
    }

    /** The comparison for what a reader has already. */
    boolean hasWeakly(String tag) {
        return any || strong.contains(tag) || weak.contains(tag);
    }
}
