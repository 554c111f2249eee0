package io.quantfleet.controlplane.console.deviceclass;

import io.quantfleet.controlplane.console.frame.Page;
import io.quantfleet.controlplane.console.frame.Pages;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;

/** {@code /device-classes}. */
@Path("/device-classes")
@Produces(MediaType.TEXT_HTML)
@Blocking
class DeviceClassPages {
    private final Pages pages;
    private final DeviceClassQueries deviceClasses;

    DeviceClassPages(Pages pages, DeviceClassQueries deviceClasses) {
        this.pages = pages;
        this.deviceClasses = deviceClasses;
    }

    @GET
    public TemplateInstance list(@Context UriInfo uri) {
        Page page = pages.page("Device classes", "device-classes", uri);
        return Templates.list(page, deviceClasses.list());
    }

    @GET
    @Path("/{name}")
    public TemplateInstance deviceClass(@PathParam("name") String name, @Context UriInfo uri) {
        Page page = pages.page(name, "device-classes", uri);
        DeviceClassRow row = deviceClasses
                .deviceClass(name)
                .orElseThrow(() -> new NotFoundException("There is no device class " + name));
        return Templates.deviceClass(page, row);
    }

    @CheckedTemplate(basePath = "console/deviceclass")
    static class Templates {
        static native TemplateInstance list(Page page, List<DeviceClassRow> deviceClasses);

        static native TemplateInstance deviceClass(Page page, DeviceClassRow deviceClass);
    }
}
