package io.quantfleet.controlplane.console.frame;

import io.quantfleet.controlplane.live.RevisionWatch;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;

/** Makes the {@link Page} of a request. */
@Singleton
public class Pages {
    private final RevisionWatch revisions;
    private final Clock clock;

    Pages(RevisionWatch revisions, Clock clock) {
        this.revisions = revisions;
        this.clock = clock;
    }

    /** Call it before reading what the page shows: a change in between is then told of once too often, never missed. */
    public Page page(String title, String section, UriInfo uri) {
        String query = uri.getRequestUri().getRawQuery();
        String url = uri.getRequestUri().getRawPath() + (query == null ? "" : "?" + query);
        return new Page(
                title,
                section,
                url,
                origin(uri),
                clock.instant(),
                revisions.recent().toString());
    }

    static String origin(UriInfo uri) {
        String base = uri.getBaseUri().toString();
        return base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    }
}
