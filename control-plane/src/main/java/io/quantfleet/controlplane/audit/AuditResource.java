package io.quantfleet.controlplane.audit;

import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.listing.ListPage;
import io.quantfleet.controlplane.listing.ListParameters;
import io.quantfleet.controlplane.listing.ListRequest;
import io.quantfleet.controlplane.storage.Database;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The audit log over REST. */
@Path("/api/v1/audit")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Audit")
public class AuditResource {
    private final Database database;
    private final JdbiAuditLog log;
    private final Clock clock;

    AuditResource(Database database, JdbiAuditLog log, Clock clock) {
        this.database = database;
        this.log = log;
        this.clock = clock;
    }

    @GET
    @Operation(
            operationId = "listAuditEntries",
            summary = "Every call that was to change something, newest first: who, what, when, and what became of it",
            description = "'filter' knows by, action, kind, subject, outcome and at, as in:"
                    + " kind = rollouts and action = pause and at < 7d."
                    + " Where more follow, a Link header leads to the next page.")
    public RestResponse<List<AuditEntry>> list(@BeanParam ListParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        Filter<AuditEntry> matching = AuditFields.read(request.filter(), clock.instant());
        Optional<Long> before = request.after().map(AuditResource::id);
        return database.inTransaction(tx -> ListPage.of(
                        request,
                        log.list(tx, matching, before, request.limit() + 1),
                        entry -> String.valueOf(entry.id())))
                .toResponse(uri);
    }

    private static long id(String key) {
        try {
            return Long.parseLong(key);
        } catch (NumberFormatException e) {
            throw ListRequest.badCursor();
        }
    }
}
