package io.quantfleet.controlplane.app;

import io.quantfleet.controlplane.DocumentFault;
import io.quantfleet.controlplane.Refusal;
import io.quantfleet.protocols.ReasonCode;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An error as RFC 9457 has it, with the stable {@code code} that programs go by.
 *
 * @param detail for people: what was wrong with what, and the remedy
 * @param faults for a document that is refused, everything that is wrong with it, with the lines
 * @param position for {@code FILTER_INVALID}, the character of the filter that it goes wrong at, counted from 1
 */
@Schema(name = "Problem")
record Problem(
        String type,
        String title,
        int status,
        String detail,
        String code,
        Optional<Integer> position,
        Optional<List<DocumentFault>> faults)
        implements Refusal {
    static final String MEDIA_TYPE = "application/problem+json";

    static Problem of(ReasonCode code, String detail) {
        return of(code, status(code), detail);
    }

    static Problem of(ReasonCode code, int status, String detail) {
        String name = code.name();
        String title = name.charAt(0)
                + name.substring(1).toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        return new Problem("about:blank", title, status, detail, name, Optional.empty(), Optional.empty());
    }

    Problem at(int character) {
        return new Problem(type, title, status, detail, code, Optional.of(character), Optional.empty());
    }

    Problem with(List<DocumentFault> all) {
        return new Problem(type, title, status, detail, code, position, Optional.of(all));
    }

    Response toResponse() {
        return Response.status(status).type(MEDIA_TYPE).entity(this).build();
    }

    /** The one table from code to HTTP status. */
    static int status(ReasonCode code) {
        return switch (code) {
            case NOT_FOUND -> 404;
            case ENROLMENT_TOKEN_INVALID, ARTIFACT_URL_INVALID, CROSS_ORIGIN -> 403;
            case NAME_TAKEN,
                    MODEL_VERSION_EXISTS,
                    DEVICE_EXISTS,
                    DEVICE_DECOMMISSIONED,
                    VARIANT_NOT_READY,
                    FLEET_EMPTY,
                    STAGE_EMPTY,
                    ROLLOUT_IN_PROGRESS,
                    IDEMPOTENCY_KEY_IN_USE,
                    ILLEGAL_STATE -> 409;
            case IDEMPOTENCY_KEY_REUSED -> 422;
            case PRECONDITION_FAILED -> 412;
            case UNAVAILABLE -> 503;
            case INTERNAL -> 500;
            default -> 400;
        };
    }
}
