package io.quantfleet.controlplane.console.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.console.frame.Page;
import io.quantfleet.controlplane.console.frame.Pages;
import io.quantfleet.controlplane.rollout.RolloutPreview;
import io.quantfleet.controlplane.rollout.RolloutResource;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** What a rollout would do, while it is being put together: the dry run of what its form does, as a fragment of the page. */
@Path("/console/rollouts/preview")
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_JSON)
@Blocking
class RolloutPreviewFragment {
    private final Pages pages;
    private final RolloutResource rollouts;
    private final ObjectMapper json;

    RolloutPreviewFragment(Pages pages, RolloutResource rollouts, ObjectMapper json) {
        this.pages = pages;
        this.rollouts = rollouts;
        this.json = json;
    }

    @POST
    public TemplateInstance preview(InputStream body, @Context UriInfo uri) throws IOException {
        Page page = pages.page("", "", uri);
        try {
            var asked = json.readValue(body, RolloutResource.NewRollout.class);
            return Templates.preview(page, Optional.of(rollouts.dryRun(asked)), "");
        } catch (ControlPlaneException e) {
            return Templates.preview(page, Optional.empty(), e.detail());
        } catch (JsonProcessingException e) {
            return Templates.preview(page, Optional.empty(), reason(e));
        }
    }

    /** What a record's constructor refused comes wrapped. */
    private static String reason(JsonProcessingException e) {
        return e instanceof JsonMappingException mapping && mapping.getCause() instanceof ControlPlaneException refused
                ? refused.detail()
                : e.getOriginalMessage();
    }

    @CheckedTemplate(basePath = "console/rollout")
    static class Templates {
        static native TemplateInstance preview(Page page, Optional<RolloutPreview> preview, String refusal);
    }
}
