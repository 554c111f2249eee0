package io.quantfleet.controlplane.bulk;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.audit.Actor;
import io.quantfleet.controlplane.conditional.EntityTags;
import io.quantfleet.controlplane.conditional.Preconditions;
import io.quantfleet.controlplane.device.DeviceView;
import io.quantfleet.controlplane.device.JdbiDevices;
import io.quantfleet.controlplane.device.Labels;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.controlplane.storage.Tx;
import io.quantfleet.protocols.ReasonCode;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The labels of one device over REST. */
@Path("/api/v1/devices/{id}/labels")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Devices")
public class DeviceLabelsResource {
    private final Database database;
    private final JdbiBulk bulk;
    private final JdbiDevices devices;
    private final EntityTags tags;
    private final Clock clock;

    DeviceLabelsResource(Database database, JdbiBulk bulk, JdbiDevices devices, EntityTags tags, Clock clock) {
        this.database = database;
        this.bulk = bulk;
        this.devices = devices;
        this.tags = tags;
        this.clock = clock;
    }

    /** All labels of a device. */
    @Schema(name = "DeviceLabels")
    record All(@Nullable Map<String, String> labels) {}

    @GET
    @Operation(operationId = "getDeviceLabels", summary = "The labels of a device")
    public RestResponse<All> get(String id, @Nullable @HeaderParam(HttpHeaders.IF_NONE_MATCH) String ifNoneMatch) {
        return tags.read(ifNoneMatch, database.inTransaction(tx -> labels(tx, id)));
    }

    @PUT
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "putDeviceLabels",
            summary = "Gives a device exactly these labels",
            description = "With the ETag of the labels in If-Match, only while they are as they were read.")
    @Refuses(ReasonCode.NOT_FOUND)
    public RestResponse<All> put(
            String id,
            All body,
            @BeanParam Preconditions preconditions,
            @Nullable @HeaderParam(Actor.HEADER) String actor) {
        if (body.labels() == null) {
            throw ControlPlaneException.invalid("'labels' is missing: all labels of the device, {} for none");
        }
        Map<String, String> wanted = Labels.require(body.labels());
        All changed = database.inTransaction(tx -> {
            if (bulk.lock(tx, Selection.of(List.of(id), null, null).matching(clock.instant()), 1)
                    .isEmpty()) {
                throw ControlPlaneException.notFound("device '" + id + "' in service");
            }
            All before = labels(tx, id);
            tags.require(preconditions, "a set of labels of device '" + id + "'", Optional.of(before));
            Set<String> gone = new HashSet<>();
            Optional.ofNullable(before.labels()).ifPresent(labels -> gone.addAll(labels.keySet()));
            gone.removeAll(wanted.keySet());
            String by = Actor.of(actor);
            bulk.label(
                    tx,
                    List.of(id),
                    wanted,
                    gone,
                    clock.instant().truncatedTo(ChronoUnit.MICROS),
                    by.isEmpty() ? "replaced" : "replaced, by " + by);
            return labels(tx, id);
        });
        return tags.tagged(RestResponse.Status.OK, changed);
    }

    private All labels(Tx tx, String id) {
        return devices.find(tx, id)
                .map(DeviceView::labels)
                .map(All::new)
                .orElseThrow(() -> ControlPlaneException.notFound("device '" + id + "'"));
    }
}
