package io.quantfleet.controlplane.security;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.device.DeviceView;
import io.quantfleet.protocols.DeviceId;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Takes devices out of service over REST. */
@Path("/api/v1/devices/{id}/decommission")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Devices")
public class DecommissionResource {
    private final Decommissioning decommissioning;

    DecommissionResource(Decommissioning decommissioning) {
        this.decommissioning = decommissioning;
    }

    /** Why it is done. */
    @Schema(name = "DecommissionReason")
    record Because(@Nullable String reason) {}

    @POST
    @Operation(
            operationId = "decommissionDevice",
            summary = "Takes a device out of service",
            description =
                    "It leaves its fleets and rollouts, the broker refuses its credential, and what it was to run is"
                            + " withdrawn. Its history stays. It may enrol anew with a token that readmits.")
    public DeviceView decommission(String id, @Nullable Because why) {
        DeviceId device;
        try {
            device = new DeviceId(id);
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.notFound("device '" + id + "'");
        }
        return decommissioning.decommission(
                device, Optional.ofNullable(why).map(Because::reason).filter(reason -> !reason.isBlank()));
    }
}
