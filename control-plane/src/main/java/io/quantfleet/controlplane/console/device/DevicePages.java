package io.quantfleet.controlplane.console.device;

import io.quantfleet.controlplane.console.frame.Page;
import io.quantfleet.controlplane.console.frame.Pages;
import io.quantfleet.controlplane.console.frame.QueryMistake;
import io.quantfleet.controlplane.console.frame.Rows;
import io.quantfleet.controlplane.console.telemetry.Span;
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
import java.util.List;
import java.util.Optional;

/** {@code /devices}. */
@Path("/devices")
@Produces(MediaType.TEXT_HTML)
@Blocking
class DevicePages {
    private static final int TIMELINE = 60;
    private static final int WINDOWS = 8;
    private static final int STEPS = 100;
    private static final List<String> CONDITIONS = List.of("ACTIVE", "UPDATING", "IDLE", "OFFLINE", "FAILED");

    private final Pages pages;
    private final DeviceQueries devices;

    DevicePages(Pages pages, DeviceQueries devices) {
        this.pages = pages;
        this.devices = devices;
    }

    @GET
    public TemplateInstance list(
            @QueryParam("q") @DefaultValue("") String search,
            @QueryParam("filter") @DefaultValue("") String query,
            @QueryParam("fleet") @DefaultValue("") String fleet,
            @QueryParam("class") @DefaultValue("") String deviceClass,
            @QueryParam("state") @DefaultValue("") String condition,
            @QueryParam("sort") @DefaultValue("") String sort,
            @QueryParam("dir") @DefaultValue("") String direction,
            @QueryParam("after") @DefaultValue("") String after,
            @Context UriInfo uri) {
        Page page = pages.page("Devices", "devices", uri);
        DeviceFilter filter = new DeviceFilter(
                search.strip(), query.strip(), fleet, deviceClass, condition, sort, direction.equals("desc"), after);
        Optional<QueryMistake> mistake = filter.mistake(page.now());
        long total = mistake.isPresent() ? 0 : devices.count(filter, page.now());
        Rows<DeviceRow> found = Rows.of(
                mistake.isPresent() ? List.of() : devices.list(filter, page.now(), DeviceFilter.PAGE_SIZE + 1),
                DeviceFilter.PAGE_SIZE);
        return Templates.list(
                page,
                filter,
                mistake,
                found.shown(),
                total,
                found.next(last -> filter.sorting().behind(last.deviceId())),
                devices.fleetNames(),
                devices.staticFleetNames(),
                devices.deviceClassNames(),
                CONDITIONS);
    }

    @GET
    @Path("/{id}")
    public TemplateInstance device(
            @PathParam("id") String id, @QueryParam("span") @DefaultValue("") String span, @Context UriInfo uri) {
        Page page = pages.page(id, "devices", uri);
        DeviceDetails device = devices.device(id).orElseThrow(() -> new NotFoundException("There is no device " + id));
        Optional<LastUpdate> update = devices.lastUpdate(id);
        return Templates.device(
                page,
                device,
                devices.timeline(id, TIMELINE),
                devices.windows(id, WINDOWS),
                update,
                update.map(last -> devices.steps(id, last.id(), STEPS)).orElse(List.of()),
                Span.of(span));
    }

    @CheckedTemplate(basePath = "console/device")
    static class Templates {
        static native TemplateInstance list(
                Page page,
                DeviceFilter filter,
                Optional<QueryMistake> mistake,
                List<DeviceRow> devices,
                long total,
                String next,
                List<String> fleets,
                List<String> staticFleets,
                List<String> deviceClasses,
                List<String> conditions);

        static native TemplateInstance device(
                Page page,
                DeviceDetails device,
                List<TimelineEntry> timeline,
                List<WindowRow> windows,
                Optional<LastUpdate> update,
                List<UpdateStep> steps,
                Span span);
    }
}
