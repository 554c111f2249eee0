package io.quantfleet.controlplane.console.overview;

import io.quantfleet.controlplane.console.fleet.FleetLine;
import io.quantfleet.controlplane.console.fleet.FleetLines;
import io.quantfleet.controlplane.console.frame.Page;
import io.quantfleet.controlplane.console.frame.Pages;
import io.quantfleet.controlplane.console.model.JobRow;
import io.quantfleet.controlplane.console.model.ModelQueries;
import io.quantfleet.controlplane.console.rollout.RolloutQueries;
import io.quantfleet.controlplane.console.rollout.RolloutRow;
import io.quantfleet.controlplane.console.telemetry.Measured;
import io.quantfleet.controlplane.console.telemetry.Panel;
import io.quantfleet.controlplane.console.telemetry.Panels;
import io.quantfleet.controlplane.console.telemetry.Span;
import io.quantfleet.controlplane.console.telemetry.TelemetryQueries;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;

/** {@code /}. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
class OverviewPage {
    private static final int ATTENTION = 12;
    private static final int PANELS = 3;
    private static final int FLEETS = 12;

    private final Pages pages;
    private final OverviewQueries overview;
    private final FleetLines fleets;
    private final RolloutQueries rollouts;
    private final ModelQueries models;
    private final Panels panels;
    private final TelemetryQueries telemetry;

    OverviewPage(
            Pages pages,
            OverviewQueries overview,
            FleetLines fleets,
            RolloutQueries rollouts,
            ModelQueries models,
            Panels panels,
            TelemetryQueries telemetry) {
        this.pages = pages;
        this.overview = overview;
        this.fleets = fleets;
        this.rollouts = rollouts;
        this.models = models;
        this.panels = panels;
        this.telemetry = telemetry;
    }

    @GET
    public TemplateInstance overview(@Context UriInfo uri) {
        Page page = pages.page("Overview", "overview", uri);
        Measured lastHour = telemetry.since(Span.HOUR.start(page.now()), page.now());
        return Templates.overview(
                page,
                overview.totals(),
                overview.attention(lastHour, ATTENTION),
                fleets.worst(lastHour, FLEETS),
                rollouts.open(),
                models.openJobs(),
                panels.busiest(lastHour, PANELS),
                Span.HOUR);
    }

    @CheckedTemplate(basePath = "console/overview")
    static class Templates {
        static native TemplateInstance overview(
                Page page,
                Totals totals,
                List<Attention> attention,
                List<FleetLine> fleets,
                List<RolloutRow> rollouts,
                List<JobRow> jobs,
                List<Panel> panels,
                Span span);
    }
}
