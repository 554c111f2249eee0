package io.quantfleet.controlplane.idempotency;

import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Optional;

/** What a request made, and how it is answered. */
public record Creation(Response.Status status, Optional<URI> location, Object body) {
    /** Something new that has a path. */
    public static Creation at(String path, Object body) {
        return new Creation(Response.Status.CREATED, Optional.of(URI.create(path)), body);
    }

    /** Something new without a path of its own. */
    public static Creation of(Object body) {
        return new Creation(Response.Status.CREATED, Optional.empty(), body);
    }
}
