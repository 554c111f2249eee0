package io.quantfleet.controlplane.listing;

import jakarta.ws.rs.QueryParam;
import org.jspecify.annotations.Nullable;

/** The query parameters of lists over REST that take no filter. */
public class PageParameters {
    @QueryParam("limit")
    @Nullable
    Integer limit;

    @QueryParam("cursor")
    @Nullable
    String cursor;

    /** @throws io.quantfleet.controlplane.ControlPlaneException {@code REQUEST_INVALID} for a limit or a cursor that is none */
    public ListRequest request() {
        return ListRequest.of(null, limit, cursor);
    }
}
