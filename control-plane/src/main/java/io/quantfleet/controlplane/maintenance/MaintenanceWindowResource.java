package io.quantfleet.controlplane.maintenance;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.conditional.EntityTags;
import io.quantfleet.controlplane.conditional.Preconditions;
import io.quantfleet.controlplane.fleet.JdbiFleets;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.ReasonCode;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The maintenance windows of a fleet over REST. */
@Path("/api/v1/fleets/{name}/maintenance-windows")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Fleets")
public class MaintenanceWindowResource {
    private final Database database;
    private final JdbiFleets fleets;
    private final JdbiMaintenanceWindows windows;
    private final EntityTags tags;
    private final Clock clock;

    MaintenanceWindowResource(
            Database database, JdbiFleets fleets, JdbiMaintenanceWindows windows, EntityTags tags, Clock clock) {
        this.database = database;
        this.fleets = fleets;
        this.windows = windows;
        this.tags = tags;
        this.clock = clock;
    }

    /** What is asked for; no windows at all lift the restriction. */
    @Schema(name = "WantedMaintenanceWindows")
    record Wanted(
            @Nullable List<MaintenanceWindow> windows,
            @Nullable Boolean rollbackAnytime) {}

    /**
     * The windows and where they stand.
     *
     * @param open whether devices may be asked to install now
     * @param closesAt if one is open
     * @param nextOpening the next opening of any
     */
    @Schema(name = "MaintenanceWindows")
    record View(
            List<MaintenanceWindow> windows,
            boolean rollbackAnytime,
            boolean open,
            Optional<Instant> closesAt,
            Optional<Instant> nextOpening) {
        static View of(MaintenanceWindows windows, Instant now) {
            return new View(
                    windows.windows(),
                    windows.rollbackAnytime(),
                    windows.isOpen(now),
                    windows.closes(now),
                    windows.nextOpening(now));
        }
    }

    @GET
    @Operation(operationId = "getMaintenanceWindows", summary = "When the devices of a fleet may be asked to install")
    public RestResponse<View> get(String name, @Nullable @HeaderParam(HttpHeaders.IF_NONE_MATCH) String ifNoneMatch) {
        View view = database.inTransaction(tx -> {
            fleets.require(tx, name);
            return View.of(windows.of(tx, name), clock.instant());
        });
        return tags.read(ifNoneMatch, view);
    }

    @PUT
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "putMaintenanceWindows",
            summary = "Says when the devices of a fleet may be asked to install",
            description = "Replaces the windows there are. No device is asked outside of them; those that were asked"
                    + " before one closes finish. An empty list lifts the restriction. With 'dryRun' they are only"
                    + " checked.")
    @Refuses(ReasonCode.NOT_FOUND)
    public RestResponse<View> put(
            String name,
            Wanted body,
            @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
            @BeanParam Preconditions preconditions) {
        List<MaintenanceWindow> wanted = body.windows();
        if (wanted == null) {
            throw ControlPlaneException.invalid(
                    "'windows' is missing: a list of {cron, duration, zone}, an empty one for no restriction");
        }
        MaintenanceWindows all = new MaintenanceWindows(wanted, Boolean.TRUE.equals(body.rollbackAnytime()));
        Instant now = clock.instant();
        database.useTransaction(tx -> {
            // Windows may be tried out for a fleet that is to be made with them.
            if (!dryRun) {
                fleets.lock(tx, name);
            }
            View before = View.of(windows.of(tx, name), now);
            tags.require(preconditions, "a maintenance window of fleet '" + name + "'", Optional.of(before));
            if (!dryRun) {
                windows.put(tx, name, all);
            }
        });
        return tags.tagged(RestResponse.Status.OK, View.of(all, now));
    }
}
