package io.quantfleet.controlplane.console.deviceclass;

import io.quantfleet.controlplane.console.frame.Page;
import io.quantfleet.controlplane.console.frame.Pages;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;

/** {@code /device-classes}. */
@Path("/device-classes")
@Produces(MediaType.TEXT_HTML)
@Blocking
class DeviceClassPages {
    private static final String SECTION = "device-classes";
    private static final String COPY_NAME = "my-board";

    private final Pages pages;
    private final DeviceClassQueries deviceClasses;

    DeviceClassPages(Pages pages, DeviceClassQueries deviceClasses) {
        this.pages = pages;
        this.deviceClasses = deviceClasses;
    }

    @GET
    public TemplateInstance list(@Context UriInfo uri) {
        Page page = pages.page("Device classes", SECTION, uri);
        return Templates.list(page, deviceClasses.list());
    }

    @GET
    @Path("/{name}")
    public TemplateInstance deviceClass(@PathParam("name") String name, @Context UriInfo uri) {
        Page page = pages.page(name, SECTION, uri);
        return Templates.deviceClass(page, require(name));
    }

    /** The editor, with a copy of another class's profile to begin with. */
    @GET
    @Path("/new")
    public TemplateInstance fresh(@QueryParam("copy") @DefaultValue("rpi-cpu") String from, @Context UriInfo uri) {
        Page page = pages.page("New device class", SECTION, uri);
        String profile = deviceClasses
                .deviceClass(from)
                .map(DeviceClassRow::profile)
                .map(text -> text.replaceFirst("(?m)^name:.*$", "name: " + COPY_NAME))
                .orElse("name: " + COPY_NAME + "\n");
        return Templates.editor(page, profile, "", deviceClasses.list());
    }

    @GET
    @Path("/{name}/edit")
    public TemplateInstance edit(@PathParam("name") String name, @Context UriInfo uri) {
        Page page = pages.page("Profile of " + name, SECTION, uri);
        return Templates.editor(page, require(name).profile(), name, List.of());
    }

    private DeviceClassRow require(String name) {
        return deviceClasses
                .deviceClass(name)
                .orElseThrow(() -> new NotFoundException("There is no device class " + name));
    }

    @CheckedTemplate(basePath = "console/deviceclass")
    static class Templates {
        static native TemplateInstance list(Page page, List<DeviceClassRow> deviceClasses);

        static native TemplateInstance deviceClass(Page page, DeviceClassRow deviceClass);

        /** @param name of the class that is edited; empty for a new one */
        static native TemplateInstance editor(
                Page page, String profile, String name, List<DeviceClassRow> deviceClasses);
    }
}
