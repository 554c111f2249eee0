package io.quantfleet.controlplane.console.model;

import io.quantfleet.controlplane.console.ConsoleDatabase;
import io.quantfleet.protocols.Sha256;
import io.quantfleet.protocols.artifact.ObjectStore;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.UUID;

/** {@code /jobs/ID/report}: the page that the worker made of a variant, as it made it. */
@Path("/jobs")
@Blocking
class ReportPages {
    /**
     * The page brings its own style and nothing else: no script runs, whatever a worker wrote. The page of its version
     * shows it in a frame.
     */
    private static final String POLICY =
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'; sandbox";

    private final ConsoleDatabase database;
    private final ObjectStore store;

    ReportPages(ConsoleDatabase database, ObjectStore store) {
        this.database = database;
        this.store = store;
    }

    @GET
    @Path("/{id:[0-9a-f-]{36}}/report")
    @Produces(MediaType.TEXT_HTML)
    public Response report(@PathParam("id") UUID id) throws IOException {
        String sha256 = database.read(handle -> handle.createQuery(
                                "select report_page_sha256 from variant where job_id = :id and report_page_sha256 is not null")
                        .bind("id", id)
                        .mapTo(String.class)
                        .findOne())
                .orElseThrow(() -> new NotFoundException("There is no report of job " + id));
        return Response.ok(store.open(new Sha256(sha256)), MediaType.TEXT_HTML + ";charset=UTF-8")
                .header("Content-Security-Policy", POLICY)
                .build();
    }
}
