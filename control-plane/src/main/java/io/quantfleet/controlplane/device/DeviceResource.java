package io.quantfleet.controlplane.device;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.storage.Database;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Devices over REST; they come in by enrolment. */
@Path("/api/v1/devices")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Devices")
public class DeviceResource {
    private static final int TIMELINE_ENTRIES = 200;

    private final Database database;
    private final JdbiDevices devices;
    private final JdbiDeviceTimeline timeline;

    DeviceResource(Database database, JdbiDevices devices, JdbiDeviceTimeline timeline) {
        this.database = database;
        this.devices = devices;
        this.timeline = timeline;
    }

    @GET
    @Operation(summary = "Every device with what it last said of itself")
    public List<DeviceView> list() {
        return database.inTransaction(devices::list);
    }

    @GET
    @Path("{id}")
    @Operation(summary = "One device")
    public DeviceView get(String id) {
        return database.inTransaction(tx -> require(devices.find(tx, id), id));
    }

    @GET
    @Path("{id}/timeline")
    @Operation(summary = "What happened to a device, newest first")
    public List<JdbiDeviceTimeline.Entry> timeline(String id) {
        return database.inTransaction(tx -> {
            require(devices.find(tx, id), id);
            return timeline.newest(tx, id, TIMELINE_ENTRIES);
        });
    }

    private static DeviceView require(java.util.Optional<DeviceView> device, String id) {
        return device.orElseThrow(() -> ControlPlaneException.notFound("device '" + id + "'"));
    }
}
