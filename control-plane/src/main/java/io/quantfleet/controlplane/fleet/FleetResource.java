package io.quantfleet.controlplane.fleet;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Creates;
import io.quantfleet.controlplane.Names;
import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.conditional.EntityTags;
import io.quantfleet.controlplane.conditional.Preconditions;
import io.quantfleet.controlplane.device.DeviceFields;
import io.quantfleet.controlplane.device.DeviceView;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.idempotency.Creation;
import io.quantfleet.controlplane.idempotency.Creations;
import io.quantfleet.controlplane.listing.ListPage;
import io.quantfleet.controlplane.listing.ListParameters;
import io.quantfleet.controlplane.listing.ListRequest;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.ReasonCode;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Fleets over REST. */
@Path("/api/v1/fleets")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Fleets")
public class FleetResource {
    private final Database database;
    private final JdbiFleets fleets;
    private final FleetMembers members;
    private final FleetPreviews previews;
    private final Creations creations;
    private final EntityTags tags;
    private final Clock clock;

    FleetResource(
            Database database,
            JdbiFleets fleets,
            FleetMembers members,
            FleetPreviews previews,
            Creations creations,
            EntityTags tags,
            Clock clock) {
        this.database = database;
        this.fleets = fleets;
        this.members = members;
        this.previews = previews;
        this.creations = creations;
        this.tags = tags;
        this.clock = clock;
    }

    /** @param query which devices are in it; if it is left out, those that enrol into it */
    record NewFleet(
            @Nullable String name,
            @Nullable String description,
            @Nullable String query) {}

    /** A query to try out. */
    @Schema(name = "FleetQuery")
    record Query(@Nullable String query) {}

    @GET
    @Operation(
            operationId = "listFleets",
            summary = "Fleets, by their names",
            description = "'filter' knows name, description, byQuery, devices and created."
                    + " Where more follow, a Link header leads to the next page.")
    public RestResponse<List<Fleet>> list(@BeanParam ListParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        Filter<Fleet> matching = FleetFields.read(request.filter(), clock.instant());
        return database.inTransaction(tx -> ListPage.of(
                        request, fleets.list(tx, matching, request.after(), request.limit() + 1), Fleet::name))
                .toResponse(uri);
    }

    @GET
    @Path("{name}")
    @Operation(operationId = "getFleet", summary = "One fleet")
    public RestResponse<Fleet> get(String name, @Nullable @HeaderParam(HttpHeaders.IF_NONE_MATCH) String ifNoneMatch) {
        return tags.read(ifNoneMatch, database.inTransaction(tx -> upToDate(tx, name)));
    }

    @GET
    @Path("{name}/devices")
    @Operation(
            operationId = "listFleetDevices",
            summary = "The devices of a fleet, by their ids",
            description = "Those of a fleet by query are looked up for this answer. 'filter' as for devices.")
    public RestResponse<List<DeviceView>> devices(
            String name, @BeanParam ListParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        Filter<DeviceView> matching = DeviceFields.read(request.filter(), clock.instant());
        return database.inTransaction(tx -> previews.members(tx, fleets.require(tx, name), matching, request))
                .toResponse(uri);
    }

    @POST
    @Path("preview")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "previewFleet",
            summary = "The devices that a query would select now: how many, of which classes, and the first of them")
    public FleetPreviews.Preview preview(Query body) {
        String query = query(body.query())
                .orElseThrow(() -> ControlPlaneException.invalid("'query' is missing: what to try out"));
        return database.inTransaction(tx -> previews.of(tx, query));
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "createFleet",
            summary = "Makes a fleet",
            description = "With a query its devices are those that match, now and later;"
                    + " without one, those that enrol into it or are imported into it.")
    @Creates
    @Refuses(ReasonCode.NAME_TAKEN)
    @APIResponseSchema(value = Fleet.class, responseCode = "201", responseDescription = "The fleet")
    public Response create(NewFleet body, @Nullable @HeaderParam(Creations.HEADER) String key) {
        String name = Names.require("fleet", body.name());
        Fleet fleet = new Fleet(
                name,
                Objects.requireNonNullElse(body.description(), ""),
                query(body.query()),
                0,
                clock.instant(),
                Optional.empty());
        return creations.once(key, "createFleet", body, tx -> {
            if (!fleets.insert(tx, fleet)) {
                throw new ControlPlaneException(ReasonCode.NAME_TAKEN, "there is a fleet '" + name + "' already");
            }
            return Creation.at("/api/v1/fleets/" + name, upToDate(tx, name));
        });
    }

    /** @param query as for a new one */
    record FleetChange(
            @Nullable String description, @Nullable String query) {}

    @PUT
    @Path("{name}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "putFleet",
            summary = "Makes a fleet, or changes its description and its query",
            description = "A static fleet stays static, and one by query by query. Devices that a changed query newly"
                    + " selects are taken in as such that come to match; those that it no longer selects keep what they"
                    + " have. With 'dryRun' nothing is kept.")
    @Refuses(ReasonCode.ILLEGAL_STATE)
    public RestResponse<Fleet> put(
            String name,
            FleetChange body,
            @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
            @BeanParam Preconditions preconditions) {
        Fleet wanted = new Fleet(
                Names.require("fleet", name),
                Objects.requireNonNullElse(body.description(), ""),
                query(body.query()),
                0,
                clock.instant(),
                Optional.empty());
        Fleet put = database.inTransaction(tx -> {
            if (preconditions.areGiven()) {
                // As it was looked up last, which is what its readers saw: looked up anew it is another each time.
                tags.require(preconditions, "fleet '" + name + "'", held(tx, name));
            }
            if (dryRun) {
                fleets.find(tx, name).ifPresent(before -> requireSameKind(name, before.query(), wanted.query()));
                return wanted;
            }
            if (!fleets.insert(tx, wanted)) {
                Optional<String> before = fleets.lock(tx, name);
                requireSameKind(name, before, wanted.query());
                fleets.change(tx, wanted);
            }
            return upToDate(tx, name);
        });
        return tags.tagged(RestResponse.Status.OK, put);
    }

    /** The fleet, if there is one, its row held until the transaction ends. */
    private Optional<Fleet> held(Tx tx, String name) {
        return fleets.find(tx, name).map(Fleet::name).flatMap(there -> {
            Optional<String> unused = fleets.lock(tx, there);
            return fleets.find(tx, there);
        });
    }

    private static void requireSameKind(String name, Optional<String> before, Optional<String> wanted) {
        if (before.isPresent() != wanted.isPresent()) {
            throw new ControlPlaneException(
                    ReasonCode.ILLEGAL_STATE,
                    "fleet '" + name + "' is " + (before.isPresent() ? "by query" : "static")
                            + " and stays so; make another fleet, of another name");
        }
    }

    private Fleet upToDate(Tx tx, String name) {
        members.refresh(tx, name);
        return fleets.require(tx, name);
    }

    /** The query, understood once so that no fleet is made with one that can't be. */
    private Optional<String> query(@Nullable String text) {
        Optional<String> query = Optional.ofNullable(text).filter(written -> !written.isBlank());
        query.ifPresent(written -> DeviceFields.read(written, clock.instant()));
        return query;
    }
}
