package io.quantfleet.controlplane.console.fleet;

import io.quantfleet.controlplane.console.device.DeviceFilter;
import io.quantfleet.controlplane.console.device.DeviceQueries;
import io.quantfleet.controlplane.console.device.DeviceRow;
import io.quantfleet.controlplane.console.frame.Page;
import io.quantfleet.controlplane.console.frame.Pages;
import io.quantfleet.controlplane.console.frame.QueryMistake;
import io.quantfleet.controlplane.console.frame.Rows;
import io.quantfleet.controlplane.console.frame.Sorting;
import io.quantfleet.controlplane.console.rollout.RolloutQueries;
import io.quantfleet.controlplane.console.rollout.RolloutRow;
import io.quantfleet.controlplane.console.rollout.WindowQueries;
import io.quantfleet.controlplane.console.rollout.WindowsView;
import io.quantfleet.controlplane.console.telemetry.Figures;
import io.quantfleet.controlplane.console.telemetry.Selection;
import io.quantfleet.controlplane.console.telemetry.Span;
import io.quantfleet.controlplane.console.telemetry.TelemetryQueries;
import io.quantfleet.controlplane.console.telemetry.VariantKey;
import io.quantfleet.controlplane.filter.FilterException;
import io.quantfleet.controlplane.filter.SqlFilter;
import io.quantfleet.controlplane.fleet.FleetFields;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /fleets}. */
@Path("/fleets")
@Produces(MediaType.TEXT_HTML)
@Blocking
class FleetPages {
    private static final Sorting.Usual BY_NAME = new Sorting.Usual("fleet", false);

    /** What is not known is less than anything that is. */
    private static final Map<String, Comparator<FleetLine>> COLUMNS = Map.of(
            "fleet", Comparator.comparing(line -> line.fleet().name()),
            "devices", Comparator.comparingLong(line -> line.fleet().devices()),
            "failed", Comparator.comparingLong(line -> line.fleet().failed()),
            "serving", Comparator.comparing(line -> line.fleet().serving().orElse("")),
            "accuracy",
                    Comparator.comparingDouble(line -> line.figures().accuracy().orElse(-1.0)),
            "p50", Comparator.comparingDouble(line -> line.figures().p50Millis().orElse(-1.0)),
            "p95", Comparator.comparingDouble(line -> line.figures().p95Millis().orElse(-1.0)),
            "inferences", Comparator.comparingLong(line -> line.figures().inferences()));

    private static final int LIST = 50;
    private static final int ROLLOUTS = 5;
    private static final int DEVICES = 50;

    private final Pages pages;
    private final FleetQueries fleets;
    private final FleetLines lines;
    private final DeviceQueries devices;
    private final RolloutQueries rollouts;
    private final TelemetryQueries telemetry;
    private final WindowQueries windows;

    FleetPages(
            Pages pages,
            FleetQueries fleets,
            FleetLines lines,
            DeviceQueries devices,
            RolloutQueries rollouts,
            TelemetryQueries telemetry,
            WindowQueries windows) {
        this.pages = pages;
        this.fleets = fleets;
        this.lines = lines;
        this.devices = devices;
        this.rollouts = rollouts;
        this.telemetry = telemetry;
        this.windows = windows;
    }

    @GET
    public TemplateInstance list(
            @QueryParam("filter") @DefaultValue("") String query,
            @QueryParam("after") @DefaultValue("") String after,
            @QueryParam("sort") @DefaultValue("") String sort,
            @QueryParam("dir") @DefaultValue("") String direction,
            @Context UriInfo uri) {
        Page page = pages.page("Fleets", "fleets", uri);
        String filter = query.strip();
        Sorting sorting = Sorting.of(COLUMNS.keySet(), BY_NAME, sort, direction, Map.of("filter", filter));
        try {
            SqlFilter matching = FleetFields.sql(filter, page.now());
            if (!sorting.isUsual()) {
                List<FleetLine> sorted = sorting.sort(lines.list(matching, "", Sorting.MOST, page.now()), COLUMNS);
                return Templates.list(page, filter, "", Optional.empty(), sorted, "", sorting);
            }
            Rows<FleetLine> found = Rows.of(lines.list(matching, after, LIST + 1, page.now()), LIST);
            String next = found.next(last -> sorting.behind(last.fleet().name()));
            return Templates.list(page, filter, after, Optional.empty(), found.shown(), next, sorting);
        } catch (FilterException e) {
            return Templates.list(page, filter, "", Optional.of(QueryMistake.of(filter, e)), List.of(), "", sorting);
        }
    }

    @GET
    @Path("/{name}")
    public TemplateInstance fleet(@PathParam("name") String name, @Context UriInfo uri) {
        Page page = pages.page(name, "fleets", uri);
        FleetRow fleet = fleets.fleet(name).orElseThrow(() -> new NotFoundException("There is no fleet " + name));
        Map<VariantKey, Figures> figures =
                telemetry.byVariant(Selection.ofFleet(name), Span.HOUR.start(page.now()), page.now());
        List<ClassLine> classes = fleets.serving(name).stream()
                .map(row -> new ClassLine(row, figuresOf(row, figures)))
                .toList();
        DeviceFilter filter = new DeviceFilter("", "", name, "", "", "", false, "");
        return Templates.fleet(
                page,
                fleet,
                classes,
                devices.list(filter, page.now(), DEVICES),
                windows.of(name, page.now()),
                rollouts.ofFleet(name, ROLLOUTS),
                devices.deviceClassNames());
    }

    private static Figures figuresOf(ServingRow row, Map<VariantKey, Figures> figures) {
        return figures.getOrDefault(
                new VariantKey(row.modelName(), row.modelVersion(), row.deviceClass(), row.variantSha256()),
                Figures.NONE);
    }

    /** What devices of one class run, with its figures over the last hour. */
    public record ClassLine(ServingRow serving, Figures figures) {}

    @CheckedTemplate(basePath = "console/fleet")
    static class Templates {
        static native TemplateInstance list(
                Page page,
                String filter,
                String after,
                Optional<QueryMistake> mistake,
                List<FleetLine> fleets,
                String next,
                Sorting sorting);

        static native TemplateInstance fleet(
                Page page,
                FleetRow fleet,
                List<ClassLine> classes,
                List<DeviceRow> devices,
                WindowsView windows,
                List<RolloutRow> rollouts,
                List<String> deviceClasses);
    }
}
