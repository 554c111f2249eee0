package io.quantfleet.controlplane.console.parts;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.health.SmallRyeHealthReporter;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Comparator;
import java.util.List;

/** The part of the footer that says which part is up: what {@code /q/health} says, as HTML. */
@Path("/console/parts")
@Produces(MediaType.TEXT_HTML)
@Blocking
class PartsFragment {
    private final SmallRyeHealthReporter health;

    PartsFragment(SmallRyeHealthReporter health) {
        this.health = health;
    }

    @GET
    public TemplateInstance parts() {
        return Templates.parts(
                health.getReadiness().getPayload().getJsonArray("checks").getValuesAs(JsonValue::asJsonObject).stream()
                        .map(PartsFragment::part)
                        .sorted(Comparator.comparing(Part::name))
                        .toList());
    }

    private static Part part(JsonObject check) {
        return new Part(check.getString("name"), check.getString("status"));
    }

    /** @param status UP or DOWN */
    public record Part(String name, String status) {}

    @CheckedTemplate(basePath = "console/parts")
    static class Templates {
        static native TemplateInstance parts(List<Part> parts);
    }
}
