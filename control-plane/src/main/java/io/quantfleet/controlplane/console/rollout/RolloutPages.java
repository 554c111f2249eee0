package io.quantfleet.controlplane.console.rollout;

import io.quantfleet.controlplane.console.frame.Page;
import io.quantfleet.controlplane.console.frame.Pages;
import io.quantfleet.controlplane.console.frame.QueryMistake;
import io.quantfleet.controlplane.console.frame.Rows;
import io.quantfleet.controlplane.console.frame.Sorting;
import io.quantfleet.controlplane.console.frame.Units;
import io.quantfleet.controlplane.filter.FilterException;
import io.quantfleet.controlplane.rollout.RolloutFields;
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
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** {@code /rollouts}. */
@Path("/rollouts")
@Produces(MediaType.TEXT_HTML)
@Blocking
class RolloutPages {
    private static final Sorting.Usual NEWEST_FIRST = new Sorting.Usual("started", true);
    private static final int LIST = 20;
    private static final int HISTORY = 100;

    private final Pages pages;
    private final RolloutQueries rollouts;
    private final WindowQueries windows;

    RolloutPages(Pages pages, RolloutQueries rollouts, WindowQueries windows) {
        this.pages = pages;
        this.rollouts = rollouts;
        this.windows = windows;
    }

    @GET
    public TemplateInstance list(
            @QueryParam("filter") @DefaultValue("") String query,
            @QueryParam("before") @DefaultValue("") String before,
            @QueryParam("sort") @DefaultValue("") String sort,
            @QueryParam("dir") @DefaultValue("") String direction,
            @Context UriInfo uri) {
        Page page = pages.page("Rollouts", "rollouts", uri);
        String filter = query.strip();
        Sorting sorting =
                Sorting.of(RolloutQueries.COLUMNS.keySet(), NEWEST_FIRST, sort, direction, Map.of("filter", filter));
        try {
            if (!sorting.isUsual()) {
                List<RolloutRow> sorted = rollouts.sorted(RolloutFields.sql(filter, page.now()), sorting, Sorting.MOST);
                return Templates.list(page, filter, "", Optional.empty(), sorted, "", sorting);
            }
            Rows<RolloutRow> found =
                    Rows.of(rollouts.list(RolloutFields.sql(filter, page.now()), uuid(before), LIST + 1), LIST);
            String older = found.next(last -> "?filter=" + Units.url(filter) + "&before=" + last.id());
            return Templates.list(page, filter, before, Optional.empty(), found.shown(), older, sorting);
        } catch (FilterException e) {
            return Templates.list(page, filter, "", Optional.of(QueryMistake.of(filter, e)), List.of(), "", sorting);
        }
    }

    @GET
    @Path("/{id}")
    public TemplateInstance rollout(
            @PathParam("id") String id,
            @QueryParam("state") @DefaultValue("") String state,
            @QueryParam("after") @DefaultValue("") String after,
            @Context UriInfo uri) {
        Page page = pages.page("Rollout", "rollouts", uri);
        RolloutRow rollout = uuid(id).flatMap(rollouts::rollout)
                .orElseThrow(() -> new NotFoundException("There is no rollout " + id));
        DeploymentChoice choice = new DeploymentChoice(DeploymentGroup.named(state), after);
        Rows<DeploymentRow> deployments = Rows.of(
                rollouts.deployments(rollout.id(), choice, DeploymentChoice.PAGE_SIZE + 1), DeploymentChoice.PAGE_SIZE);
        return Templates.rollout(
                page,
                rollout,
                windows.of(rollout.fleet(), page.now()),
                rollouts.stages(rollout.id()),
                rollouts.findings(rollout.id()),
                choice,
                deployments.shown(),
                deployments.next(last -> choice.behind(last.deviceId())),
                rollouts.history(rollout.id(), HISTORY));
    }

    private static Optional<UUID> uuid(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @CheckedTemplate(basePath = "console/rollout")
    static class Templates {
        static native TemplateInstance list(
                Page page,
                String filter,
                String before,
                Optional<QueryMistake> mistake,
                List<RolloutRow> rollouts,
                String older,
                Sorting sorting);

        static native TemplateInstance rollout(
                Page page,
                RolloutRow rollout,
                WindowsView windows,
                List<StageRow> stages,
                List<FindingRow> findings,
                DeploymentChoice choice,
                List<DeploymentRow> deployments,
                String next,
                List<HistoryRow> history);
    }
}
