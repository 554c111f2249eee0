package io.quantfleet.controlplane.telemetry;

import com.fasterxml.jackson.annotation.JsonFormat;
import io.quantfleet.controlplane.storage.Database;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What devices measured, over REST. */
@Path("/api/v1/telemetry")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Telemetry")
public class TelemetryResource {
    private final Database database;
    private final JdbiRollUpQueries rollUps;
    private final VariantQualities qualities;
    private final Clock clock;

    TelemetryResource(Database database, JdbiRollUpQueries rollUps, VariantQualities qualities, Clock clock) {
        this.database = database;
        this.rollUps = rollUps;
        this.qualities = qualities;
        this.clock = clock;
    }

    /** What all requests take. */
    public static class Parameters {
        @QueryParam("fleet")
        @Nullable
        String fleet;

        @QueryParam("deviceClass")
        @Nullable
        String deviceClass;

        @QueryParam("model")
        @Nullable
        String model;

        @QueryParam("version")
        @Nullable
        Integer version;

        @QueryParam("variant")
        @Nullable
        String variant;

        @QueryParam("from")
        @Nullable
        String from;

        @QueryParam("to")
        @Nullable
        String to;

        @QueryParam("step")
        @Nullable
        String step;

        @QueryParam("percentiles")
        @Nullable
        String percentiles;

        Selection selection() {
            return new Selection(
                    Objects.requireNonNullElse(fleet, ""),
                    Objects.requireNonNullElse(deviceClass, ""),
                    Objects.requireNonNullElse(model, ""),
                    Objects.requireNonNullElse(version, 0),
                    Objects.requireNonNullElse(variant, ""));
        }

        TelemetryRequest request(Instant now) {
            return TelemetryRequest.read(from, to, step, percentiles, now);
        }
    }

    /** What was measured in one step, which begins at {@code at}. */
    @Schema(name = "TelemetryPoint")
    record Point(Instant at, Measured measured) {}

    /** Steps of equal length; those without telemetry have no point. */
    @Schema(name = "TelemetrySeries")
    record Series(
            Instant from,
            Instant to,
            @JsonFormat(shape = JsonFormat.Shape.STRING) Duration step,
            List<Point> points) {}

    /** A whole span. */
    @Schema(name = "TelemetrySummary")
    record Summary(Instant from, Instant to, Measured measured) {}

    /** Variants of a span. */
    @Schema(name = "VariantQualities")
    record Variants(Instant from, Instant to, List<VariantQuality> variants) {}

    @GET
    @Path("series")
    @Operation(
            operationId = "getTelemetrySeries",
            summary = "What devices measured, step by step",
            description =
                    "'from' and 'to' are instants, by default the last hour; 'step' is a duration in whole minutes;"
                            + " 'percentiles' lists those of latency, by default 50,90,95,99. Steps begin at multiples of 'step',"
                            + " in UTC, and those without telemetry have no point. Percentiles are those of all inferences, from"
                            + " merged histograms.")
    public Series series(@BeanParam Parameters parameters) {
        TelemetryRequest request = parameters.request(clock.instant());
        long step = request.step().toSeconds();
        SpanPlan.Piece piece = SpanPlan.inSteps(request.from(), request.to(), step);
        Map<Instant, Figures> steps =
                database.inTransaction(tx -> rollUps.steps(tx, parameters.selection(), piece, step));
        List<Point> points = new ArrayList<>();
        steps.forEach((at, figures) -> points.add(new Point(at, Measured.of(figures, request.percentiles()))));
        return new Series(request.from(), request.to(), request.step(), points);
    }

    @GET
    @Path("summary")
    @Operation(
            operationId = "getTelemetrySummary",
            summary = "What devices measured in a whole span",
            description = "The parameters of 'series' without 'step'; the span is widened to whole minutes.")
    public Summary summary(@BeanParam Parameters parameters) {
        TelemetryRequest request = parameters.request(clock.instant());
        List<SpanPlan.Piece> span = SpanPlan.of(request.from(), request.to());
        Figures sum = database.inTransaction(tx -> rollUps.sum(tx, parameters.selection(), span))
                .orElseGet(() -> new Figures.Sum().figures());
        return new Summary(span.get(0).from(), span.get(span.size() - 1).to(), Measured.of(sum, request.percentiles()));
    }

    @GET
    @Path("variants")
    @Operation(
            operationId = "getVariantQualities",
            summary = "Variants by fleet and class: accuracy beside what was promised, and drift",
            description =
                    "Accuracy has its 95 % confidence interval. Drift is the population stability index of predicted"
                            + " classes and of confidence against the first 1,000 predictions of the variant on any device.")
    public Variants variants(@BeanParam Parameters parameters) {
        TelemetryRequest request = parameters.request(clock.instant());
        List<SpanPlan.Piece> span = SpanPlan.of(request.from(), request.to());
        return new Variants(
                span.get(0).from(),
                span.get(span.size() - 1).to(),
                database.inTransaction(tx -> qualities.of(tx, parameters.selection(), span, request.percentiles())));
    }
}
