package io.quantfleet.controlplane.artifact;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One range of an artifact's bytes, as RFC 9110, section 14, has it.
 *
 * @param first offset of the first byte
 * @param last offset of the last byte, inclusive
 */
record ByteRange(long first, long last) {
    private static final Pattern SINGLE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    /** What a {@code Range} field asks for. */
    sealed interface Request {
        /** Everything: there is no such field, or none that is understood, or several ranges, which a server may ignore. */
        record Whole() implements Request {}

        record Part(ByteRange range) implements Request {}

        /** Nothing of the artifact lies in the range. */
        record Unsatisfiable() implements Request {}
    }

    /** @param size of the artifact, bytes */
    static Request of(Optional<String> field, long size) {
        Optional<Matcher> matcher = field.map(SINGLE::matcher).filter(Matcher::matches);
        if (matcher.isEmpty()) {
            return new Request.Whole();
        }
        String from = matcher.get().group(1);
        String to = matcher.get().group(2);
        if (from.isEmpty() && to.isEmpty()) {
            return new Request.Whole();
        }
        if (from.isEmpty()) {
            long suffix = Math.min(Long.parseLong(to), size);
            return suffix == 0 ? new Request.Unsatisfiable() : new Request.Part(new ByteRange(size - suffix, size - 1));
        }
        long first = Long.parseLong(from);
        if (!to.isEmpty() && Long.parseLong(to) < first) {
            return new Request.Whole();
        }
        if (first >= size) {
            return new Request.Unsatisfiable();
        }
        long last = to.isEmpty() ? size - 1 : Math.min(Long.parseLong(to), size - 1);
        return new Request.Part(new ByteRange(first, last));
    }

    long length() {
        return last - first + 1;
    }

    /** The value of {@code Content-Range}. */
    String contentRange(long size) {
        return "bytes " + first + "-" + last + "/" + size;
    }
}
