package io.quantfleet.controlplane.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Creates;
import io.quantfleet.controlplane.Names;
import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.YamlSchema;
import io.quantfleet.controlplane.conditional.EntityTags;
import io.quantfleet.controlplane.conditional.Preconditions;
import io.quantfleet.controlplane.idempotency.Creation;
import io.quantfleet.controlplane.idempotency.Creations;
import io.quantfleet.controlplane.listing.ListPage;
import io.quantfleet.controlplane.listing.ListRequest;
import io.quantfleet.controlplane.listing.PageParameters;
import io.quantfleet.controlplane.storage.Database;
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
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Device classes over REST. */
@Path("/api/v1/device-classes")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Device classes")
public class DeviceClassResource {
    private final Database database;
    private final JdbiDeviceClasses classes;
    private final Creations creations;
    private final EntityTags tags;
    private final Clock clock;
    private final YamlSchema schema =
            YamlSchema.load("device-class-profile.v1.schema.json", "device class profile", ReasonCode.PROFILE_INVALID);

    DeviceClassResource(
            Database database, JdbiDeviceClasses classes, Creations creations, EntityTags tags, Clock clock) {
        this.database = database;
        this.classes = classes;
        this.creations = creations;
        this.tags = tags;
        this.clock = clock;
    }

    /** @param profile the YAML text, which names the class */
    public record NewDeviceClass(@Nullable String profile) {}

    @GET
    @Operation(operationId = "listDeviceClasses", summary = "Every device class")
    public RestResponse<List<DeviceClass>> list(@BeanParam PageParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        return ListPage.within(request, database.inTransaction(classes::list), DeviceClass::name)
                .toResponse(uri);
    }

    @GET
    @Path("{name}")
    @Operation(operationId = "getDeviceClass", summary = "One device class with its profile")
    public RestResponse<DeviceClass> get(
            String name, @Nullable @HeaderParam(HttpHeaders.IF_NONE_MATCH) String ifNoneMatch) {
        return tags.read(ifNoneMatch, database.inTransaction(tx -> classes.require(tx, name)));
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "createDeviceClass",
            summary = "Defines a device class by its profile",
            description = "With 'dryRun' nothing is kept: 200 if it could be. A profile that is refused comes back with"
                    + " 'faults', each with its line.")
    @Creates(otherwise = "With 'dryRun': the class as it would be")
    @Refuses({ReasonCode.PROFILE_INVALID, ReasonCode.NAME_TAKEN})
    @APIResponseSchema(value = DeviceClass.class, responseCode = "201", responseDescription = "The device class")
    public Response define(
            NewDeviceClass body,
            @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
            @Nullable @HeaderParam(Creations.HEADER) String key) {
        DeviceClass deviceClass = read(body);
        String name = deviceClass.name();
        if (dryRun) {
            require(database.inTransaction(tx -> classes.find(tx, name).isEmpty()), name);
            return Response.ok(deviceClass).build();
        }
        return creations.once(key, "createDeviceClass", body, tx -> {
            require(classes.insert(tx, deviceClass), name);
            return Creation.at("/api/v1/device-classes/" + name, deviceClass);
        });
    }

    private static void require(boolean free, String name) {
        if (!free) {
            throw new ControlPlaneException(
                    ReasonCode.NAME_TAKEN, "there is a device class '" + name + "' already; choose another name");
        }
    }

    @PUT
    @Path("{name}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "putDeviceClass",
            summary = "Changes the profile of a device class that nothing was made for yet",
            description =
                    "409 with ILLEGAL_STATE once a job was made or a device enrolled for it: what was quantized by a"
                            + " profile stays explained by it. With 'dryRun' nothing is kept.")
    @Refuses({ReasonCode.NOT_FOUND, ReasonCode.PROFILE_INVALID, ReasonCode.ILLEGAL_STATE})
    public RestResponse<DeviceClass> replace(
            String name,
            NewDeviceClass body,
            @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
            @BeanParam Preconditions preconditions) {
        DeviceClass read = read(body);
        if (!read.name().equals(name)) {
            throw ControlPlaneException.invalid("the profile names the class '" + read.name() + "', not '" + name
                    + "'; a class keeps its name, so define a new one");
        }
        DeviceClass replaced = database.inTransaction(tx -> {
            DeviceClass before = classes.lock(tx, name);
            tags.require(preconditions, "device class '" + name + "'", Optional.of(before));
            if (before.builtIn() || classes.isUsed(tx, name)) {
                throw new ControlPlaneException(
                        ReasonCode.ILLEGAL_STATE,
                        "the profile of '" + name + "' "
                                + (before.builtIn() ? "comes with Quantfleet" : "is in use")
                                + " and does not change any more; copy it under another name");
            }
            DeviceClass after = new DeviceClass(name, read.profile(), false, before.createdAt());
            if (!dryRun) {
                classes.replace(tx, after);
            }
            return after;
        });
        return tags.tagged(RestResponse.Status.OK, replaced);
    }

    private DeviceClass read(NewDeviceClass body) {
        if (body.profile() == null) {
            throw ControlPlaneException.invalid("'profile' is missing: the YAML text of the device class's profile");
        }
        JsonNode profile = schema.parse(body.profile());
        String name = Names.require("device class", profile.path("name").textValue());
        return new DeviceClass(name, body.profile(), false, clock.instant());
    }
}
