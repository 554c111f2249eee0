package io.quantfleet.controlplane.registration;

import io.quantfleet.controlplane.ControlPlaneException;
import io.quantfleet.controlplane.Names;
import io.quantfleet.controlplane.Refuses;
import io.quantfleet.controlplane.device.DeviceClass;
import io.quantfleet.controlplane.device.JdbiDeviceClasses;
import io.quantfleet.controlplane.fleet.JdbiFleets;
import io.quantfleet.controlplane.rollout.Departures;
import io.quantfleet.controlplane.storage.Database;
import io.quantfleet.protocols.ReasonCode;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Registers devices in bulk. */
@Path("/api/v1/devices/import")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Devices")
public class RegistrationResource {
    private static final String CSV = "text/csv";
    private static final String JSON_LINES = "application/x-ndjson";

    private static final String DESCRIPTION =
            "The header of CSV names the columns: id, class, fleet, label.KEY. A line of JSON is as {\"id\": \"cam-1\","
                    + " \"class\": \"rpi-cpu\", \"fleet\": \"lab\", \"labels\": {\"site\": \"lyon\"}}."
                    + " 'fleet' and 'deviceClass' stand for what lines leave out. Lines that can't be taken are reported with"
                    + " their number; the others are taken. With 'dryRun' nothing is kept; with 'update' devices that are known"
                    + " become as the line says.";

    private final Database database;
    private final JdbiRegistrations registrations;
    private final JdbiFleets fleets;
    private final JdbiDeviceClasses classes;
    private final Departures departures;
    private final Clock clock;

    RegistrationResource(
            Database database,
            JdbiRegistrations registrations,
            JdbiFleets fleets,
            JdbiDeviceClasses classes,
            Departures departures,
            Clock clock) {
        this.database = database;
        this.registrations = registrations;
        this.fleets = fleets;
        this.classes = classes;
        this.departures = departures;
        this.clock = clock;
    }

    @POST
    @Consumes(CSV)
    @Operation(
            operationId = "importDevices",
            summary = "Registers devices, one a line of CSV or of JSON",
            description = DESCRIPTION)
    @Refuses(ReasonCode.NOT_FOUND)
    public ImportReport csv(
            @QueryParam("fleet") @Nullable String fleet,
            @QueryParam("deviceClass") @Nullable String deviceClass,
            @QueryParam("update") @DefaultValue("false") boolean update,
            @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
            @RequestBody(content = @Content(schema = @Schema(type = SchemaType.STRING))) InputStream body)
            throws IOException {
        DeviceImport run = prepare(options(fleet, deviceClass, update, dryRun));
        BodyLines lines = new BodyLines(body);
        String header = lines.next();
        if (header == null) {
            throw ControlPlaneException.invalid("the body is empty; begin with a header: id,class,fleet,label.site");
        }
        return run.run(lines, new CsvRows(header));
    }

    @POST
    @Consumes(JSON_LINES)
    @Operation(
            operationId = "importDevices",
            summary = "Registers devices, one a line of CSV or of JSON",
            description = DESCRIPTION)
    @Refuses(ReasonCode.NOT_FOUND)
    public ImportReport jsonLines(
            @QueryParam("fleet") @Nullable String fleet,
            @QueryParam("deviceClass") @Nullable String deviceClass,
            @QueryParam("update") @DefaultValue("false") boolean update,
            @QueryParam("dryRun") @DefaultValue("false") boolean dryRun,
            @RequestBody(content = @Content(schema = @Schema(type = SchemaType.STRING))) InputStream body)
            throws IOException {
        return prepare(options(fleet, deviceClass, update, dryRun)).run(new BodyLines(body), new JsonRows());
    }

    private static ImportOptions options(
            @Nullable String fleet, @Nullable String deviceClass, boolean update, boolean dryRun) {
        return new ImportOptions(
                Optional.ofNullable(fleet).map(name -> Names.require("fleet", name)),
                Optional.ofNullable(deviceClass).map(name -> Names.require("device class", name)),
                update,
                dryRun);
    }

    private DeviceImport prepare(ImportOptions options) {
        RegistrationReader reader = database.inTransaction(tx -> {
            options.fleet().ifPresent(fleet -> fleets.requireStatic(tx, fleet));
            options.deviceClass().ifPresent(deviceClass -> classes.require(tx, deviceClass));
            Set<String> names = classes.list(tx).stream().map(DeviceClass::name).collect(Collectors.toSet());
            return new RegistrationReader(options, new HashSet<>(fleets.staticNames(tx)), names);
        });
        return new DeviceImport(database, registrations, departures, clock, options, reader);
    }
}
