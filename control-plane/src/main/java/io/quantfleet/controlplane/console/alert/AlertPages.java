package io.quantfleet.controlplane.console.alert;

import io.quantfleet.controlplane.conditional.EntityTags;
import io.quantfleet.controlplane.console.device.DeviceQueries;
import io.quantfleet.controlplane.console.frame.Page;
import io.quantfleet.controlplane.console.frame.Pages;
import io.quantfleet.controlplane.console.frame.Units;
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
import java.util.UUID;

/** {@code /alerts}: what fires, what fired, by which rules, and who is told. */
@Path("/alerts")
@Produces(MediaType.TEXT_HTML)
@Blocking
class AlertPages {
    private static final String SECTION = "alerts";
    private static final int RESOLVED = 25;

    private final Pages pages;
    private final AlertQueries alerts;
    private final DeviceQueries devices;
    private final EntityTags tags;

    AlertPages(Pages pages, AlertQueries alerts, DeviceQueries devices, EntityTags tags) {
        this.tags = tags;
        this.pages = pages;
        this.alerts = alerts;
        this.devices = devices;
    }

    @GET
    public TemplateInstance list(
            @QueryParam("fleet") @DefaultValue("") String fleet,
            @QueryParam("before") @DefaultValue("") String before,
            @Context UriInfo uri) {
        Page page = pages.page("Alerts", SECTION, uri);
        List<AlertRow> found = alerts.resolved(fleet, uuid(before), RESOLVED + 1);
        boolean more = found.size() > RESOLVED;
        List<AlertRow> shown = more ? found.subList(0, RESOLVED) : found;
        List<RuleRow> rules = alerts.rules();
        return Templates.list(
                page,
                fleet,
                alerts.open(fleet),
                shown,
                more
                        ? "?fleet=" + Units.url(fleet) + "&before="
                                + shown.get(RESOLVED - 1).id()
                        : "",
                rules,
                rules.stream().filter(row -> row.rule().enabled()).count(),
                RuleDraft.fresh(),
                alerts.receivers(),
                devices.fleetNames());
    }

    @GET
    @Path("/rules/{name}")
    public TemplateInstance edit(@PathParam("name") String name, @Context UriInfo uri) {
        Page page = pages.page("Alert rule " + name, SECTION, uri);
        RuleDraft draft = alerts.rule(name)
                .map(rule -> RuleDraft.of(rule, tags.of(rule)))
                .orElseThrow(() -> new NotFoundException("There is no alert rule " + name));
        return Templates.rule(page, draft, alerts.receivers(), devices.fleetNames());
    }

    private static Optional<UUID> uuid(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @CheckedTemplate(basePath = "console/alert")
    static class Templates {
        static native TemplateInstance list(
                Page page,
                String fleet,
                List<AlertRow> open,
                List<AlertRow> resolved,
                String older,
                List<RuleRow> rules,
                long lookedAt,
                RuleDraft draft,
                List<ReceiverRow> receivers,
                List<String> fleets);

        static native TemplateInstance rule(
                Page page, RuleDraft draft, List<ReceiverRow> receivers, List<String> fleets);
    }
}
