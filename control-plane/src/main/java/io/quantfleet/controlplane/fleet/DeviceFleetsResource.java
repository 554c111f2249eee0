package io.quantfleet.controlplane.fleet;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.device.DeviceView;
import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.device.Lifecycle;
import io.quantfleet.controlplane.listing.ListPage;
import io.quantfleet.controlplane.listing.ListRequest;
import io.quantfleet.controlplane.listing.PageParameters;
import io.quantfleet.controlplane.storage.Database;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The fleets of a device over REST. */
@Path("/api/v1/devices/{id}/fleets")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Devices")
public class DeviceFleetsResource {
    private final Database database;
    private final JdbiDevices devices;
    private final FleetMembers members;

    DeviceFleetsResource(Database database, JdbiDevices devices, FleetMembers members) {
        this.database = database;
        this.devices = devices;
        this.members = members;
    }

    @GET
    @Operation(
            operationId = "listFleetsOfDevice",
            summary = "The fleets that a device is in: the one it enrolled into, then those whose query it matches")
    public RestResponse<List<String>> fleets(String id, @BeanParam PageParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        List<String> all = database.inTransaction(tx -> {
            DeviceView device =
                    devices.find(tx, id).orElseThrow(() -> ControlPlaneException.notFound("device '" + id + "'"));
            if (device.lifecycle().equals(Lifecycle.DECOMMISSIONED.name())) {
                return List.<String>of();
            }
            List<String> fleets = new ArrayList<>(List.of(device.fleet()));
            fleets.addAll(members.of(tx, device));
            return fleets;
        });
        return ListPage.within(request, all, name -> name).toResponse(uri);
    }
}
