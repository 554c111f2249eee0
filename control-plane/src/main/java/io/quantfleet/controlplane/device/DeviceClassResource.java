package io.quantfleet.controlplane.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Names;
import io.quantfleet.controlplane.YamlSchema;
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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Device classes over REST. */
@Path("/api/v1/device-classes")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Device classes")
public class DeviceClassResource {
    private final Database database;
    private final JdbiDeviceClasses classes;
    private final Clock clock;
    private final YamlSchema schema =
            YamlSchema.load("device-class-profile.v1.schema.json", "device class profile", ReasonCode.PROFILE_INVALID);

    DeviceClassResource(Database database, JdbiDeviceClasses classes, Clock clock) {
        this.database = database;
        this.classes = classes;
        this.clock = clock;
    }

    /** @param profile the YAML text, which names the class */
    record NewDeviceClass(@Nullable String profile) {}

    @GET
    @Operation(summary = "Every device class")
    public List<DeviceClass> list() {
        return database.inTransaction(classes::list);
    }

    @GET
    @Path("{name}")
    @Operation(summary = "One device class with its profile")
    public DeviceClass get(String name) {
        return database.inTransaction(tx -> classes.require(tx, name));
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Defines a device class by its profile")
    public Response define(NewDeviceClass body) {
        if (body.profile() == null) {
            throw ControlPlaneException.invalid("'profile' is missing: the YAML text of the device class's profile");
        }
        JsonNode profile = schema.parse(body.profile());
        String name = Names.require("device class", profile.path("name").textValue());
        DeviceClass deviceClass = new DeviceClass(name, body.profile(), false, clock.instant());
        if (!database.inTransaction(tx -> classes.insert(tx, deviceClass))) {
            throw new ControlPlaneException(
                    ReasonCode.NAME_TAKEN,
                    "there is a device class '" + name + "' already; profiles don't change, so choose another name");
        }
        return Response.created(URI.create("/api/v1/device-classes/" + name))
                .entity(deviceClass)
                .build();
    }
}
