package io.quantfleet.controlplane.device;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.conditional.EntityTags;
import io.quantfleet.controlplane.filter.Filter;
import io.quantfleet.controlplane.listing.ListPage;
import io.quantfleet.controlplane.listing.ListParameters;
import io.quantfleet.controlplane.listing.ListRequest;
import io.quantfleet.controlplane.listing.PageParameters;
import io.quantfleet.controlplane.storage.Database;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Devices over REST; they come in by enrolment or by import. */
@Path("/api/v1/devices")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Devices")
public class DeviceResource {
    private final Database database;
    private final JdbiDevices devices;
    private final JdbiDeviceTimeline timeline;
    private final EntityTags tags;
    private final Clock clock;

    DeviceResource(Database database, JdbiDevices devices, JdbiDeviceTimeline timeline, EntityTags tags, Clock clock) {
        this.database = database;
        this.devices = devices;
        this.timeline = timeline;
        this.tags = tags;
        this.clock = clock;
    }

    @GET
    @Operation(
            operationId = "listDevices",
            summary = "Devices with what they last said of themselves, by their ids",
            description = "'filter' is as in: class = rpi-cpu and label.site in (berlin, lyon) and agent >= 1.2."
                    + " Decommissioned devices are left out unless the filter asks about 'lifecycle'."
                    + " Where more follow, a Link header leads to the next page.")
    public RestResponse<List<DeviceView>> list(@BeanParam ListParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        Filter<DeviceView> matching = DeviceFields.inService(DeviceFields.read(request.filter(), clock.instant()));
        return database.inTransaction(tx -> ListPage.of(
                        request,
                        devices.list(tx, matching, request.after(), request.limit() + 1),
                        DeviceView::deviceId))
                .toResponse(uri);
    }

    @GET
    @Path("{id}")
    @Operation(operationId = "getDevice", summary = "One device")
    public RestResponse<DeviceView> get(
            String id, @Nullable @HeaderParam(HttpHeaders.IF_NONE_MATCH) String ifNoneMatch) {
        return tags.read(ifNoneMatch, database.inTransaction(tx -> require(devices.find(tx, id), id)));
    }

    @GET
    @Path("{id}/timeline")
    @Operation(operationId = "listDeviceTimeline", summary = "What happened to a device, newest first")
    public RestResponse<List<JdbiDeviceTimeline.Entry>> timeline(
            String id, @BeanParam PageParameters parameters, @Context UriInfo uri) {
        ListRequest request = parameters.request();
        Optional<Long> before = request.after().map(DeviceResource::number);
        return database.inTransaction(tx -> {
                    require(devices.find(tx, id), id);
                    return timeline.newest(tx, id, before, request);
                })
                .toResponse(uri);
    }

    private static long number(String key) {
        try {
            return Long.parseLong(key);
        } catch (NumberFormatException e) {
            throw ListRequest.badCursor();
        }
    }

    private static DeviceView require(Optional<DeviceView> device, String id) {
        return device.orElseThrow(() -> ControlPlaneException.notFound("device '" + id + "'"));
    }
}
