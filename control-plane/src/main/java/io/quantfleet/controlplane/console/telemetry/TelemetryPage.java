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
    private final TelemetryQueries telemetry;
    private final ChartQueries charts;

    TelemetryPage(Pages pages, TelemetryQueries telemetry, ChartQueries charts) {
        this.pages = pages;
        this.telemetry = telemetry;
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
        List<Panel> panels =
                telemetry.byVariant(new Selection(fleet, "", model, 0, ""), span.start(page.now())).entrySet().stream()
                        .map(entry -> new Panel(entry.getKey(), entry.getValue(), charts.reference(entry.getKey())))
                        .toList();
        String query = "fleet=" + Units.url(fleet) + "&model=" + Units.url(model);
        return Templates.telemetry(page, span, query, fleet, model, panels, charts.fleetNames(), charts.modelNames());
    }

    /** One variant: its figures over the whole span, and what its accuracy is compared with. */
    public record Panel(VariantKey variant, Figures figures, Chart.Reference reference) {
        /** Where the script of the page gets the panel's points. */
        public String chart(String fleet, Span span) {
            return "/console/charts/variants/" + Units.url(variant.sha256())
                    + "?class=" + Units.url(variant.deviceClass())
                    + "&model=" + Units.url(variant.modelName())
                    + "&version=" + variant.modelVersion()
                    + "&fleet=" + Units.url(fleet)
                    + "&span=" + span.code();
        }
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
