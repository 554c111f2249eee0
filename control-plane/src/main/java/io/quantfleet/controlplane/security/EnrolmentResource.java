package io.quantfleet.controlplane.security;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Creates;
import io.quantfleet.controlplane.Names;
import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.device.Labels;
import io.quantfleet.protocols.DeviceId;
import io.quantfleet.protocols.ReasonCode;
import io.quantfleet.protocols.security.Credentials;
import io.quantfleet.protocols.v1.Role;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Where a device turns its token into an identity. */
@Path("/api/v1/enrolments")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Enrolment")
public class EnrolmentResource {
    private final Enrolments enrolments;
    private final ManifestKeys manifestKeys;
    private final CredentialKey credentialKey;
    private final MqttAddress mqtt;
    private final BrokerAccounts accounts;
    private final Clock clock;

    EnrolmentResource(
            Enrolments enrolments,
            ManifestKeys manifestKeys,
            CredentialKey credentialKey,
            MqttAddress mqtt,
            BrokerAccounts accounts,
            Clock clock) {
        this.enrolments = enrolments;
        this.manifestKeys = manifestKeys;
        this.credentialKey = credentialKey;
        this.mqtt = mqtt;
        this.accounts = accounts;
        this.clock = clock;
    }

    @Schema(name = "EnrolmentApplication")
    record Application(
            @Nullable String token,
            @Nullable String deviceId,
            @Nullable String deviceClass,
            @Nullable String agentVersion,
            @Nullable Map<String, String> labels) {}

    /**
     * @param credential the device's MQTT password; its user name and client id are the device id
     * @param mqttUri where it connects to
     * @param trustedKeys the public keys, as PEM, whose signatures on manifests it trusts
     * @param rootKeys the public keys, as PEM, whose trust statements may replace those; none where keys are never rotated
     * @param trustVersion of the trust statement in force, 0 for none
     */
    @Schema(name = "Enrolment")
    record Enrolled(
            String deviceId,
            String fleet,
            String credential,
            URI mqttUri,
            List<String> trustedKeys,
            List<String> rootKeys,
            long trustVersion) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "enrolDevice",
            summary = "Takes a device in: its token for a credential and the keys to trust")
    @Creates(located = false)
    @Refuses({ReasonCode.ENROLMENT_TOKEN_INVALID, ReasonCode.DEVICE_EXISTS, ReasonCode.DEVICE_DECOMMISSIONED})
    public RestResponse<Enrolled> enrol(Application body) {
        if (body.token() == null) {
            throw ControlPlaneException.invalid("'token' is missing");
        }
        DeviceId id = deviceId(Objects.requireNonNullElse(body.deviceId(), ""));
        String fleet = enrolments.enrol(new Enrolments.Application(
                body.token(),
                id,
                Names.require("device class", body.deviceClass()),
                Objects.requireNonNullElse(body.agentVersion(), ""),
                Labels.require(Objects.requireNonNullElse(body.labels(), Map.of()))));
        String credential = Credentials.issue(credentialKey.key(), id.value(), Role.ROLE_DEVICE, clock.instant());
        accounts.admit(id, credential);
        return RestResponse.status(
                RestResponse.Status.CREATED,
                new Enrolled(
                        id.value(),
                        fleet,
                        credential,
                        mqtt.forDevices(),
                        manifestKeys.trusted(),
                        manifestKeys.roots(),
                        manifestKeys.version()));
    }

    private static DeviceId deviceId(String text) {
        try {
            return new DeviceId(text);
        } catch (IllegalArgumentException e) {
            throw ControlPlaneException.invalid(String.valueOf(e.getMessage()));
        }
    }
}
