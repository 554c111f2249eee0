package io.quantfleet.controlplane.console.fleet;

import io.quantfleet.controlplane.console.frame.QueryMistake;
import io.quantfleet.controlplane.filter.FilterException;
import io.quantfleet.controlplane.fleet.FleetPreviews;
import io.quantfleet.controlplane.storage.Database;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The devices that a query selects, while it is being written. */
@Path("/console/fleets/preview")
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_JSON)
@Blocking
class FleetPreviewFragment {
    private final Database database;
    private final FleetPreviews previews;

    FleetPreviewFragment(Database database, FleetPreviews previews) {
        this.database = database;
        this.previews = previews;
    }

    /** The form of a new fleet as it is. */
    record Draft(
            @Nullable String name,
            @Nullable String description,
            @Nullable String query) {}

    @POST
    public TemplateInstance preview(Draft draft) {
        String query = draft.query() == null ? "" : draft.query();
        if (query.isBlank()) {
            return Templates.preview(Optional.empty(), 0, Optional.empty());
        }
        try {
            FleetPreviews.Preview found = database.inTransaction(tx -> previews.of(tx, query));
            return Templates.preview(
                    Optional.of(found), found.devices() - found.first().size(), Optional.empty());
        } catch (FilterException e) {
            return Templates.preview(Optional.empty(), 0, Optional.of(QueryMistake.of(query, e)));
        }
    }

    @CheckedTemplate(basePath = "console/fleet")
    static class Templates {
        /** @param more devices than the preview names */
        static native TemplateInstance preview(
                Optional<FleetPreviews.Preview> preview, long more, Optional<QueryMistake> mistake);
    }
}
