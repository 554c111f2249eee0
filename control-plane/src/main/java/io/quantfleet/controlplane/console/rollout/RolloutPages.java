package io.quantfleet.controlplane.console.rollout;

import io.quantfleet.controlplane.console.frame.Page;
import io.quantfleet.controlplane.console.frame.Pages;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** {@code /rollouts}. */
@Path("/rollouts")
@Produces(MediaType.TEXT_HTML)
@Blocking
class RolloutPages {
    private static final int LIST = 100;
    private static final int DEVICES = 200;
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
    public TemplateInstance list(@Context UriInfo uri) {
        Page page = pages.page("Rollouts", "rollouts", uri);
        return Templates.list(page, rollouts.list(LIST));
    }

    @GET
    @Path("/{id}")
    public TemplateInstance rollout(@PathParam("id") String id, @Context UriInfo uri) {
        Page page = pages.page("Rollout", "rollouts", uri);
        RolloutRow rollout = uuid(id).flatMap(rollouts::rollout)
                .orElseThrow(() -> new NotFoundException("There is no rollout " + id));
        return Templates.rollout(
                page,
                rollout,
                windows.of(rollout.fleet(), page.now()),
                rollouts.stages(rollout.id()),
                rollouts.findings(rollout.id()),
                rollouts.deployments(rollout.id(), DEVICES),
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
        static native TemplateInstance list(Page page, List<RolloutRow> rollouts);

        static native TemplateInstance rollout(
                Page page,
                RolloutRow rollout,
                WindowsView windows,
                List<StageRow> stages,
                List<FindingRow> findings,
                List<DeploymentRow> deployments,
                List<HistoryRow> history);
    }
}
