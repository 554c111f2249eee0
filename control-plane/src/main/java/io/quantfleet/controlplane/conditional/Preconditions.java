package io.quantfleet.controlplane.conditional;

import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** The header fields of a request that is to change something only while it is as its reader saw it. */
public class Preconditions {
    @HeaderParam(HttpHeaders.IF_MATCH)
    @Parameter(description = "The ETag of what is to be changed, as it was read; 412 if it is another by now")
    @Nullable
    String ifMatch;

    @HeaderParam(HttpHeaders.IF_NONE_MATCH)
    @Parameter(description = "As \"*\": 412 if there is one already")
    @Nullable
    String ifNoneMatch;

    Optional<String> ifMatch() {
        return Optional.ofNullable(ifMatch);
    }

    Optional<String> ifNoneMatch() {
        return Optional.ofNullable(ifNoneMatch);
    }

    /** Whether there is anything to look at. */
    public boolean areGiven() {
        return ifMatch != null || ifNoneMatch != null;
    }
}
