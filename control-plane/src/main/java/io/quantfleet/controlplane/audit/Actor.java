package io.quantfleet.controlplane.audit;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Who acts, as the header {@value #HEADER} says it. The control plane has no login: a proxy that authenticates sets the
 * header, and without one it is what the caller says.
 */
public final class Actor {
    public static final String HEADER = "Quantfleet-Actor";
    private static final String EXTENDED = "UTF-8''";
    private static final int MAX_LENGTH = 100;

    private Actor() {}

    /** The name in a header's value, which may be extended as in RFC 8187: {@code UTF-8''J%C3%B6rg}. */
    public static String of(@Nullable String header) {
        String text = header == null ? "" : header.strip();
        if (text.regionMatches(true, 0, EXTENDED, 0, EXTENDED.length())) {
            try {
                text = URLDecoder.decode(text.substring(EXTENDED.length()).replace("+", "%2B"), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                // Not percent-encoded: then it is a name that begins so.
            }
        }
        String name = text.codePoints()
                .filter(c -> !Character.isISOControl(c))
                .limit(MAX_LENGTH)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return name.strip();
    }
}
