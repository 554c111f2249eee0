package io.quantfleet.controlplane.app;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.protocols.ReasonCode;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.ext.Provider;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses changing calls that a browser makes for a page of somebody else. Whoever may reach the control plane may change
 * it, so a page that a user visits must not do so through the user's browser. Browsers say where a call comes from in
 * {@code Sec-Fetch-Site}, older ones in {@code Origin}; programs say neither.
 */
@Provider
@Priority(Priorities.AUTHENTICATION)
final class CrossOriginFilter implements ContainerRequestFilter {
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> OURS = Set.of("same-origin", "none");

    @Override
    public void filter(ContainerRequestContext request) {
        if (!READING.contains(request.getMethod())
                && !isOurs(
                        request.getHeaderString("Sec-Fetch-Site"),
                        request.getHeaderString("Origin"),
                        request.getHeaderString("Host"))) {
            throw new ControlPlaneException(
                    ReasonCode.CROSS_ORIGIN,
                    "a page of another site asked for this; use the console, or a program that is no browser");
        }
    }

    static boolean isOurs(@Nullable String site, @Nullable String origin, @Nullable String host) {
        if (site != null) {
            return OURS.contains(site);
        }
        return origin == null || (host != null && host.equalsIgnoreCase(authority(origin)));
    }

    private static String authority(String origin) {
        try {
            return String.valueOf(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
