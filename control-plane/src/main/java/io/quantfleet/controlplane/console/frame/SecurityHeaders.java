package io.quantfleet.controlplane.console.frame;

import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.function.BiConsumer;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Headers of every HTML page: scripts and styles come from here alone, and nobody frames us. */
class SecurityHeaders {
    private static final String POLICY = String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "frame-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'");

    /** After {@link ErrorPages}, which may make a page of something else. */
    @ServerResponseFilter(priority = 1)
    public void add(ContainerResponseContext response) {
        MediaType type = response.getMediaType();
        if (type != null && !type.isWildcardType() && type.isCompatible(MediaType.TEXT_HTML_TYPE)) {
            // A page that was not made here says itself what it may do.
            forPages((name, value) -> response.getHeaders().putIfAbsent(name, List.of(value)));
        }
    }

    static void forPages(BiConsumer<String, String> put) {
        put.accept("Content-Security-Policy", POLICY);
        put.accept("X-Content-Type-Options", "nosniff");
        put.accept("Referrer-Policy", "same-origin");
        put.accept("Cache-Control", "no-store");
    }
}
