package io.quantfleet.controlplane.console.model;

import io.quantfleet.controlplane.console.frame.Page;
import io.quantfleet.controlplane.console.frame.Pages;
import io.quantfleet.controlplane.console.frame.Sorting;
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
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /models}. */
@Path("/models")
@Produces(MediaType.TEXT_HTML)
@Blocking
class ModelPages {
    private static final Sorting.Usual BY_NAME = new Sorting.Usual("model", false);
    private static final Map<String, Comparator<ModelRow>> COLUMNS = Map.of(
            "model", Comparator.comparing(ModelRow::name),
            "size", Comparator.comparingLong(ModelRow::onnxBytes),
            "task", Comparator.comparing(ModelRow::task),
            "devices", Comparator.comparingLong(ModelRow::devices),
            "registered", Comparator.comparing(ModelRow::registeredAt));

    private static final int LIST = 50;
    private static final int SCATTERED = 24;
    private static final int LINEAGE = 20;

    private final Pages pages;
    private final ModelQueries models;

    ModelPages(Pages pages, ModelQueries models) {
        this.pages = pages;
        this.models = models;
    }

    @GET
    public TemplateInstance list(
            @QueryParam("q") @DefaultValue("") String query,
            @QueryParam("after") @DefaultValue("") String after,
            @QueryParam("sort") @DefaultValue("") String sort,
            @QueryParam("dir") @DefaultValue("") String direction,
            @Context UriInfo uri) {
        Page page = pages.page("Models", "models", uri);
        String search = query.strip();
        Sorting sorting = Sorting.of(COLUMNS.keySet(), BY_NAME, sort, direction, Map.of("q", search));
        List<ModelRow> found = sorting.isUsual()
                ? models.list(search, after, LIST + 1)
                : sorting.sort(models.list(search, "", Sorting.MOST), COLUMNS);
        boolean more = sorting.isUsual() && found.size() > LIST;
        List<ModelRow> shown = more ? found.subList(0, LIST) : found;
        Map<String, List<VariantColumn>> variants =
                models.latestVariants(shown.stream().map(ModelRow::name).toList());
        return Templates.list(
                page,
                search,
                sorting.isUsual() ? after : "",
                shown.stream()
                        .map(model -> new ModelLine(model, variants.getOrDefault(model.name(), List.of())))
                        .toList(),
                more ? sorting.behind(shown.get(LIST - 1).name()) : "",
                sorting);
    }

    /** The newest version. */
    @GET
    @Path("/{name}")
    public Response model(@PathParam("name") String name) {
        int newest = models.versions(name).stream()
                .mapToInt(VersionRow::version)
                .findFirst()
                .orElseThrow(() -> new NotFoundException("There is no model " + name));
        return Response.seeOther(URI.create("/models/" + Units.url(name) + "/versions/" + newest))
                .build();
    }

    @GET
    @Path("/{name}/versions/{version:[0-9]{1,9}}")
    public TemplateInstance version(
            @PathParam("name") String name, @PathParam("version") int version, @Context UriInfo uri) {
        Page page = pages.page(name + " v" + version, "models", uri);
        VersionDetails details = models.version(name, version)
                .orElseThrow(() -> new NotFoundException("There is no version " + version + " of a model " + name));
        return Templates.version(
                page,
                details,
                models.comparison(name, version),
                models.versions(name),
                Scatter.of(models.measured(name, SCATTERED), version),
                models.lineage(name, version, LINEAGE));
    }

    /** A model with the variants of its newest version. */
    public record ModelLine(ModelRow model, List<VariantColumn> variants) {}

    @CheckedTemplate(basePath = "console/model")
    static class Templates {
        static native TemplateInstance list(
                Page page, String search, String after, List<ModelLine> models, String next, Sorting sorting);

        static native TemplateInstance version(
                Page page,
                VersionDetails version,
                Comparison comparison,
                List<VersionRow> versions,
                Optional<Scatter> scatter,
                List<LineageRow> lineage);
    }
}
