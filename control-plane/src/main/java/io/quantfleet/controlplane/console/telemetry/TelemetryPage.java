package io.quantfleet.controlplane.console.telemetry;

import io.quantfleet.controlplane.console.frame.Page;
import io.quantfleet.controlplane.console.frame.Pages;
import io.quantfleet.controlplane.console.frame.Units;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;

/** {@code /telemetry}: one panel for each variant that was measured in the span. */
@Path("/telemetry")
@Produces(MediaType.TEXT_HTML)
@Blocking
class TelemetryPage {
    private final Pages pages;
    private final Panels panels;
    private final ChartQueries charts;

    TelemetryPage(Pages pages, Panels panels, ChartQueries charts) {
        this.pages = pages;
        this.panels = panels;
        this.charts = charts;
    }

    @GET
    public TemplateInstance telemetry(
            @QueryParam("fleet") @DefaultValue("") String fleet,
            @QueryParam("model") @DefaultValue("") String model,
            @QueryParam("span") @DefaultValue("") String code,
            @Context UriInfo uri) {
        Page page = pages.page("Telemetry", "telemetry", uri);
        Span span = Span.of(code);
        List<Panel> measured = panels.of(new Selection(fleet, "", model, 0, ""), span, page.now());
        String query = "fleet=" + Units.url(fleet) + "&model=" + Units.url(model);
        return Templates.telemetry(page, span, query, fleet, model, measured, charts.fleetNames(), charts.modelNames());
    }

    @CheckedTemplate(basePath = "console/telemetry")
    static class Templates {
        static native TemplateInstance telemetry(
                Page page,
                Span span,
                String query,
                String fleet,
                String model,
                List<Panel> panels,
                List<String> fleets,
                List<String> models);
    }
}
