package io.quantfleet.controlplane.fleet;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Names;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.ReasonCode;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Fleets over REST. */
@Path("/api/v1/fleets")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Fleets")
public class FleetResource {
    private final Database database;
    private final JdbiFleets fleets;
    private final Clock clock;

    FleetResource(Database database, JdbiFleets fleets, Clock clock) {
        this.database = database;
        this.fleets = fleets;
        this.clock = clock;
    }

    record NewFleet(@Nullable String name, @Nullable String description) {}

    @GET
    @Operation(summary = "Every fleet")
    public List<Fleet> list() {
        return database.inTransaction(fleets::list);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "One fleet")
    public Fleet get(String name) {
        return database.inTransaction(tx -> fleets.require(tx, name));
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Makes a fleet without devices")
    public Response create(NewFleet body) {
        String name = Names.require("fleet", body.name());
        Fleet fleet = new Fleet(name, Objects.requireNonNullElse(body.description(), ""), 0, clock.instant());
        if (!database.inTransaction(tx -> fleets.insert(tx, fleet))) {
            throw new ControlPlaneException(ReasonCode.NAME_TAKEN, "there is a fleet '" + name + "' already");
        }
        return Response.created(URI.create("/api/v1/fleets/" + name))
                .entity(fleet)
                .build();
    }
}
