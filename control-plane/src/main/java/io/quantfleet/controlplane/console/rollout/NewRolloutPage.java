package io.quantfleet.controlplane.console.rollout;

import io.quantfleet.controlplane.console.frame.Page;
import io.quantfleet.controlplane.console.frame.Pages;
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
import java.util.Optional;

/** {@code /rollouts/new}: what goes where, by which stages, and what that would do. */
@Path("/rollouts/new")
@Produces(MediaType.TEXT_HTML)
@Blocking
class NewRolloutPage {
    private static final String AT_ONCE = "once";
    private static final String CANARY = "canary";

    private final Pages pages;
    private final ChoiceQueries queries;

    NewRolloutPage(Pages pages, ChoiceQueries queries) {
        this.pages = pages;
        this.queries = queries;
    }

    /** @param what the model and the version, as {@code glyphs/2} */
    @GET
    public TemplateInstance form(
            @QueryParam("what") @DefaultValue("") String what,
            @QueryParam("fleet") @DefaultValue("") String fleet,
            @QueryParam("pattern") @DefaultValue(CANARY) String pattern,
            @Context UriInfo uri) {
        Page page = pages.page("New rollout", "rollouts", uri);
        List<Choice> choices = queries.choices();
        List<Target> targets = queries.targets();
        Optional<Choice> chosen = choices.stream()
                .filter(choice -> (choice.model() + "/" + choice.version()).equals(what))
                .findFirst()
                .or(() -> choices.stream().findFirst());
        Optional<Target> target = targets.stream()
                .filter(candidate -> candidate.name().equals(fleet))
                .findFirst()
                .or(() -> targets.stream()
                        .filter(candidate -> candidate.devices() > 0)
                        .findFirst())
                .or(() -> targets.stream().findFirst());
        boolean atOnce = pattern.equals(AT_ONCE);
        return Templates.create(
                page,
                choices,
                targets,
                chosen,
                target,
                atOnce ? AT_ONCE : CANARY,
                atOnce ? StageDraft.atOnce() : StageDraft.canary(),
                StageDraft.fresh());
    }

    @CheckedTemplate(basePath = "console/rollout")
    static class Templates {
        static native TemplateInstance create(
                Page page,
                List<Choice> choices,
                List<Target> targets,
                Optional<Choice> chosen,
                Optional<Target> target,
                String pattern,
                List<StageDraft> stages,
                StageDraft fresh);
    }
}
