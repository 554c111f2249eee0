package io.quantfleet.controlplane.console.deviceclass;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.DocumentException;
import io.quantfleet.controlplane.DocumentFault;
import io.quantfleet.controlplane.conditional.Preconditions;
import io.quantfleet.controlplane.device.DeviceClassResource;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is wrong with a profile while it is being written: the dry run of what its form does, as a fragment of the page. */
@Path("/console/device-classes/check")
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_JSON)
@Blocking
class ProfileCheck {
    private final DeviceClassResource deviceClasses;

    ProfileCheck(DeviceClassResource deviceClasses) {
        this.deviceClasses = deviceClasses;
    }

    /** @param name of the class whose profile it is; left out for a new one */
    record Draft(
            @Nullable String profile,
            @JsonProperty("name") @Nullable String name) {}

    @POST
    public TemplateInstance check(Draft draft) {
        var body = new DeviceClassResource.NewDeviceClass(Objects.requireNonNullElse(draft.profile(), ""));
        try {
            if (draft.name() == null) {
                deviceClasses.define(body, true, null);
            } else {
                deviceClasses.replace(draft.name(), body, true, new Preconditions());
            }
            return Templates.faults(List.of(), "");
        } catch (DocumentException e) {
            return Templates.faults(e.faults(), "");
        } catch (ControlPlaneException e) {
            return Templates.faults(List.of(), e.detail());
        }
    }

    @CheckedTemplate(basePath = "console/deviceclass")
    static class Templates {
        static native TemplateInstance faults(List<DocumentFault> faults, String refusal);
    }
}
