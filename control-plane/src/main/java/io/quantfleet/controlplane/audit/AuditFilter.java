package io.quantfleet.controlplane.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.Refusal;
import io.quantfleet.controlplane.storage.Database;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.PathSegment;
import jakarta.ws.rs.ext.Provider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Writes the audit log. A call is noted before it is carried out, so that none is carried out unnoted: while the
 * database is away, changing calls are refused. Should the control plane be killed meanwhile, the entry stays without an
 * outcome, for then nobody knows it. Runs on the thread of the call. See
 * {@code docs/decisions/0019-noted-before-it-is-done.md}.
 */
@Provider
@Singleton
class AuditFilter implements ContainerRequestFilter, ContainerResponseFilter {
    private static final Logger LOG = Logger.getLogger(AuditFilter.class);
    private static final String ENTRY = AuditFilter.class.getName();
    private static final String API = "/api/v1/";
    private static final int MAX_DETAILS = 16 * 1024;
    private static final int MAX_REFUSAL = 2_000;
    private static final int REFUSED = 400;

    private final Database database;
    private final JdbiAuditLog log;
    private final ObjectMapper json;
    private final Clock clock;

    AuditFilter(Database database, JdbiAuditLog log, ObjectMapper json, Clock clock) {
        this.database = database;
        this.log = log;
        this.json = json;
        this.clock = clock;
    }

    @Override
    public void filter(ContainerRequestContext request) throws IOException {
        boolean dryRun = "true".equals(request.getUriInfo().getQueryParameters().getFirst("dryRun"));
        Optional<AuditedCall> call = AuditedCall.of(
                request.getMethod(),
                request.getUriInfo().getPathSegments().stream()
                        .map(PathSegment::getPath)
                        .toList(),
                dryRun);
        if (call.isPresent()) {
            Optional<JsonNode> details = details(request);
            String header = Actor.of(request.getHeaderString(Actor.HEADER));
            String by = header.isEmpty()
                    ? details.map(body -> Actor.of(body.path("by").textValue())).orElse("")
                    : header;
            String path = request.getUriInfo().getRequestUri().getRawPath();
            long id = database.inTransaction(
                    tx -> log.begin(tx, clock.instant(), by, request.getMethod(), path, call.get(), details));
            request.setProperty(ENTRY, id);
        }
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getProperty(ENTRY) instanceof Long id) {
            int status = response.getStatus();
            Optional<String> refusal = status >= REFUSED && response.getEntity() instanceof Refusal no
                    ? Optional.of(shortened(no.code() + ": " + no.detail()))
                    : Optional.empty();
            try {
                database.useTransaction(tx -> log.end(tx, id, clock.instant(), status, refusal, made(response)));
            } catch (RuntimeException e) {
                // The call is over, and its answer is right; its entry says that its outcome is not known.
                LOG.errorf(e, "audit entry without outcome: entry=%d status=%d", id, status);
            }
        }
    }

    /** The request's JSON; what was read of the body is put back. */
    private Optional<JsonNode> details(ContainerRequestContext request) throws IOException {
        MediaType type = request.getMediaType();
        if (type == null || !type.isCompatible(MediaType.APPLICATION_JSON_TYPE) || !request.hasEntity()) {
            return Optional.empty();
        }
        InputStream body = request.getEntityStream();
        byte[] beginning = body.readNBytes(MAX_DETAILS + 1);
        request.setEntityStream(new SequenceInputStream(new ByteArrayInputStream(beginning), body));
        return beginning.length > MAX_DETAILS ? Optional.empty() : AuditDetails.of(json, beginning);
    }

    private static Optional<String> made(ContainerResponseContext response) {
        URI location = response.getLocation();
        if (location == null || !location.getPath().startsWith(API)) {
            return Optional.empty();
        }
        String path = location.getPath().substring(API.length());
        return Optional.of(path.substring(path.indexOf('/') + 1));
    }

    private static String shortened(String text) {
        return text.length() <= MAX_REFUSAL ? text : text.substring(0, MAX_REFUSAL - 1) + "…";
    }
}
