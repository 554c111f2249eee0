package io.quantfleet.controlplane.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.DocumentException;
import io.quantfleet.controlplane.filter.FilterException;
import io.quantfleet.protocols.ReasonCode;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns whatever a resource throws into a problem detail. Bugs are logged; their text stays here. */
final class ProblemMapper {
    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);

    @ServerExceptionMapper
    Response refused(ControlPlaneException e) {
        return Problem.of(e.code(), e.detail()).toResponse();
    }

    @ServerExceptionMapper
    Response faulty(DocumentException e) {
        return Problem.of(e.code(), e.detail()).with(e.faults()).toResponse();
    }

    @ServerExceptionMapper
    Response misunderstood(FilterException e) {
        return Problem.of(e.code(), e.detail()).at(e.position()).toResponse();
    }

    @ServerExceptionMapper
    Response malformedJson(JsonProcessingException e) {
        if (e.getCause() instanceof ControlPlaneException cause) {
            // A value that can be read, and is refused for what it says.
            return refused(cause);
        }
        return Problem.of(ReasonCode.REQUEST_INVALID, "the request's JSON can't be used: " + JsonFault.describe(e))
                .toResponse();
    }

    /** More specific than the one above because Quarkus has its own for these. */
    @ServerExceptionMapper
    Response unfitJson(MismatchedInputException e) {
        return malformedJson(e);
    }

    @ServerExceptionMapper
    Response http(WebApplicationException e, UriInfo uri) {
        int status = e.getResponse().getStatus();
        boolean ours = uri.getPath().startsWith("/api/");
        if (!ours || status < 400) {
            return e.getResponse();
        }
        if (e.getCause() instanceof JsonProcessingException json) {
            return malformedJson(json);
        }
        ReasonCode code = status == 404 ? ReasonCode.NOT_FOUND : ReasonCode.REQUEST_INVALID;
        return Problem.of(code, status, String.valueOf(e.getMessage())).toResponse();
    }

    @ServerExceptionMapper
    Response bug(RuntimeException e, UriInfo uri) {
        LOG.errorf(e, "request failed: path=%s", uri.getPath());
        return Problem.of(
                        ReasonCode.INTERNAL,
                        "something failed that should not have; the log of the control plane has it")
                .toResponse();
    }
}
