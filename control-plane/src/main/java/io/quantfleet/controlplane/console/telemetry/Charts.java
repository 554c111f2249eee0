package io.quantfleet.controlplane.console.telemetry;

import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Instant;

/** The data of charts, for the script of the pages. Not an interface for programs: it changes with the pages. */
@Path("/console/charts")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
class Charts {
    private final TelemetryQueries telemetry;
    private final ChartQueries references;
    private final Clock clock;

    Charts(TelemetryQueries telemetry, ChartQueries references, Clock clock) {
        this.telemetry = telemetry;
        this.references = references;
        this.clock = clock;
    }

    @GET
    @Path("/variants/{sha256}")
    public Chart variant(
            @PathParam("sha256") String sha256,
            @QueryParam("class") @DefaultValue("") String deviceClass,
            @QueryParam("model") @DefaultValue("") String model,
            @QueryParam("version") @DefaultValue("0") int version,
            @QueryParam("fleet") @DefaultValue("") String fleet,
            @QueryParam("span") @DefaultValue("") String code) {
        Instant now = clock.instant();
        Span span = Span.of(code);
        Selection selection = new Selection(fleet, deviceClass, model, version, sha256);
        return Chart.of(
                telemetry.points(selection, span, now),
                references.reference(new VariantKey(model, version, deviceClass, sha256)),
                span,
                now);
    }

    @GET
    @Path("/devices/{id}")
    public Chart device(@PathParam("id") String id, @QueryParam("span") @DefaultValue("") String code) {
        Instant now = clock.instant();
        Span span = Span.of(code);
        return Chart.of(telemetry.pointsOfDevice(id, span, now), references.referenceOfDevice(id), span, now);
    }
}
